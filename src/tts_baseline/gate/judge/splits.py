"""How the changes between the judge's arms split into longer audio and slower code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from statistics import fmean, median

from tts_baseline.core.judgement import Paired
from tts_baseline.core.verdict import LatencySplit
from tts_baseline.gate.split import Measures, Placed, placed, split
from tts_baseline.stats.length_law import LengthLaw, laws
from tts_baseline.stats.sequential import look


class PairedSplits:
    """The log differences of times and of lengths of audio, a restart each, by case."""

    def __init__(self, taken: Sequence[Paired], differences: Mapping[str, Sequence[float]]) -> None:
        self.taken = taken
        self.differences = differences

    def of(self, cases: Sequence[str], bound: float) -> LatencySplit | None:
        """How the change of these cases' mean splits; None where a call made no audio."""

        lengths = [
            (
                [restart.base.calls[case].audio_s for case in cases],
                [restart.head.calls[case].audio_s for case in cases],
            )
            for restart in self.taken
        ]
        if not all(min(*base, *head) > 0 for base, head in lengths):
            return None
        seconds = [fmean(column) for column in zip(*(self.differences[case] for case in cases), strict=True)]
        audio = [
            fmean(math.log(now / then) for then, now in zip(base, head, strict=True))
            for base, head in lengths
        ]
        measured = Measures(partial(_seen, bound), partial(_placed, bound))
        if all(base == head for base, head in lengths):
            return split(seconds, audio, [audio], measured)
        import numpy as np

        bases, heads = (np.array(arm) for arm in zip(*lengths, strict=True))
        expected = [(law.logs(heads) - law.logs(bases)).mean(axis=1).tolist() for law in self._laws]
        return split(seconds, audio, expected, measured)

    @cached_property
    def _laws(self) -> tuple[LengthLaw, ...]:
        """By the base's calls."""
        arms = [restart.base.calls for restart in self.taken]
        known = [case for case in self.differences if all(arm[case].audio_s > 0 for arm in arms)]
        return laws(
            [fmean(arm[case].audio_s for arm in arms) for case in known],
            [median(wall for arm in arms for wall in arm[case].wall_s) for case in known],
        )


def _placed(bound: float, values: Sequence[float]) -> Placed:
    found = look(values)
    return placed(found.estimate.change, *found.interval(), bound)


def _seen(bound: float, values: Sequence[float]) -> Placed:
    """As the judge sees a time: what a mode of the processes can explain is no change."""
    found = _placed(bound, values)
    is_mode = found.side in ("above", "below") and look(values).side(bound) != found.side
    return found._replace(side="open") if is_mode else found
