"""Where hum of the mains is sought."""

from __future__ import annotations

MAINS_HZ = (50.0, 60.0)
HARMONICS = 8
RATE = 1_200  # above twice the highest of them
OFF = 0.004  # chosen: mains keep 50 Hz within 0.2 Hz (EN 50160), and converters are off by less
