"""The diffusion transformer that predicts the flow from noise to speech."""
