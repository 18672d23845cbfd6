"""From the scores of a sound's crops to what a metric of opinion reads."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances, shorter

_SHORTEST_S = 1.0  # chosen: speechmos repeats a sound up to 9 s; less than 1 s is a rattle then
# Nothing is 4 worse on a scale from 1 to 5: such a limit warns, and fails nothing.
ONLY_WARNS = "4 MOS, warn {} MOS"
_DIGITS = 4  # the rest depends on the number of threads


def over_opinions(
    spec: MetricSpec, evidence: Evidence, scores: Callable[[Sound], Sequence[float]]
) -> Reading:
    """The mean of the scores of a sound's crops, over the scored utterances; none for less than 1 s."""

    def opinion(sound: Sound) -> Measured:
        reason = shorter(sound, _SHORTEST_S)
        return Measured(None, reason) if reason else mean_of(scores(sound))

    return over_utterances(spec, evidence, opinion)


def mean_of(scores: Sequence[float]) -> Measured:
    """Their mean, with its standard error, and their standard deviation as a note."""
    deviation = statistics.stdev(scores) if len(scores) > 1 else 0.0
    mean = round(statistics.fmean(scores), _DIGITS)
    return Measured(mean, f"sd {deviation:.2f} over {len(scores)} crops", deviation / len(scores) ** 0.5)
