"""Opinions that networks predict: an extra, `[mos]`, or a model that the project names; they warn."""
