"""What `tts-baseline benchmark` shows of a run: its figures, and the same as text, page and JSON."""
