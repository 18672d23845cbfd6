"""Pure functions on numbers: intervals, multiplicity, covariates. No I/O, no records."""
