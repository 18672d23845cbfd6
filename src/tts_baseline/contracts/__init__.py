"""What every metric, pipeline and switch promises, as checks that a test calls; no pytest in here."""
