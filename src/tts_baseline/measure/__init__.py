"""Drives a pipeline in fresh worker processes and brings back calls, cold starts, memory and audio."""
