"""What tells regions apart, sound by sound: per-token readings, which report and gate nothing."""
