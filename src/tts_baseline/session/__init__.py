"""The orchestrator: plans a run, measures, scores, judges, records and reports."""
