"""The promises of every metric, pipeline and switch, as checks for a test to call; pytest is not needed."""
