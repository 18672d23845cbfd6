"""Scores of sound become verdicts: what is compared, how it is decided, and when to listen again."""
