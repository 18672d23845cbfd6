"""The metrics: every module here that declares `SPEC` and `read` is found by the registry."""
