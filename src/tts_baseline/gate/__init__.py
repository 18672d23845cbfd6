"""Decides: a run against its baseline becomes verdicts, and verdicts become sentences."""
