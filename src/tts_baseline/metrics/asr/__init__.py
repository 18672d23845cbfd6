"""What a speech recogniser hears: an extra, `[asr]`, and a model that the project names."""
