"""The report formats: one file each, which declares its `SPEC` and `render`."""
