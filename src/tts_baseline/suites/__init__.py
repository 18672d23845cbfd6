"""Case files: the built-in suites and the reader that a user's own file goes through too."""
