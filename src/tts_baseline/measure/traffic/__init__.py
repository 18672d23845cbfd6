"""A load generator, and the proof that under load every answer is the answer of its own request."""
