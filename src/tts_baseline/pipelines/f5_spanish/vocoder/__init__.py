"""What turns a mel spectrogram into a wave."""
