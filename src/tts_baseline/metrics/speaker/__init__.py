"""Who is heard: an extra, `[speaker]`, or a network that the project brings."""
