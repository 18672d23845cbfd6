"""What was accepted, as versioned JSON in the repository, and the pending runs that may become it."""
