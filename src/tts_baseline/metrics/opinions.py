"""From the scores of a sound's crops to what a metric of opinion reads."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured

_SHORTEST_S = 1.0  # chosen: speechmos repeats a sound up to 9 s; less than 1 s is a rattle then
# Nothing is 4 worse on a scale from 1 to 5: such a limit warns, and fails nothing.
ONLY_WARNS = "4 MOS, warn {} MOS"
_DIGITS = 4  # the rest depends on the number of threads


def too_short(sound: Sound) -> str:
    """Why no network is asked about a sound, else ''."""
    return "shorter than 1 s" if sound.samples.size < _SHORTEST_S * sound.rate else ""


def mean_of(scores: Sequence[float]) -> Measured:
    """Their mean, with its standard error, and their standard deviation as a note."""
    deviation = statistics.stdev(scores) if len(scores) > 1 else 0.0
    mean = round(statistics.fmean(scores), _DIGITS)
    return Measured(mean, f"sd {deviation:.2f} over {len(scores)} crops", deviation / len(scores) ** 0.5)
