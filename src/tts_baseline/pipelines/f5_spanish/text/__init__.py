"""Spanish text: from what a person wrote to a plan whose chunks the model can read; needs no torch."""
