"""Accepted baselines, as versioned JSON in the repository, and the pending runs that can be accepted."""
