"""Shows verdicts and readings: terminal tables, Markdown, PERFORMANCE_BASELINE.md."""
