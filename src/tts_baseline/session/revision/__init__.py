"""Checks out another revision beside the project, with the files that both share."""
