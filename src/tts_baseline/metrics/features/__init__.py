"""What metrics share about an utterance: one feature a file, a pure function, computed once a sound."""
