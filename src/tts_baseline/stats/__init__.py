"""Pure functions on numbers: intervals, multiplicity. No I/O, no records."""
