"""The built-in suites, and the reader for these and a user's own files."""
