"""Measures one run: a pilot, then fresh processes, then the metrics."""
