"""What one run measures: a pilot, fresh processes, the metrics of what they said."""
