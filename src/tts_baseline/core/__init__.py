"""Records, contracts, registry, units, settings, environment and errors: what every room may use."""
