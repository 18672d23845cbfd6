"""The F5-TTS model and the Vocos vocoder: everything that needs torch."""
