"""Pipelines under test: each file here that does not start with `_` is one, registered under its name."""
