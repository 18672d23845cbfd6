"""How far an utterance is from the golden: the accepted recording of the same case."""
