"""The screen: a run against the runs that were accepted on the same machine, and against accepted sound."""
