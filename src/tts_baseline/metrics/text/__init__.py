"""The text that was read out."""
