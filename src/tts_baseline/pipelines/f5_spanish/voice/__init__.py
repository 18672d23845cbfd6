"""Whose voice speaks: reference clips and their transcripts."""
