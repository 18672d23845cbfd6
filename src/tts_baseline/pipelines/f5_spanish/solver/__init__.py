"""What follows the flow from noise to a mel spectrogram."""
