"""What every other package may import: records, protocols, registry, units, settings, environment, errors."""
