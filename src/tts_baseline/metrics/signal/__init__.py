"""What an utterance alone tells about its sound, without any reference."""
