"""Runs a pipeline in fresh worker processes, and records calls, cold starts, memory and audio."""
