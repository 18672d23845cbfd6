"""Melody, emphasis, pauses and pace about what the text asks for."""
