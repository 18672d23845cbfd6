"""Training of F5-TTS: what it learns, from which clips, and how a run that was stopped goes on."""
