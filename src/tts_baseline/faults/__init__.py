"""Faults to plant in a recording, from faint to gross, and changes that nobody should be told of.

They know nothing of the metrics that should find them: what speaks and what pauses, they hear for themselves.
"""
