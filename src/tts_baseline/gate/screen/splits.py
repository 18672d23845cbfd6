"""How changes against the accepted runs split into longer audio and slower code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from statistics import fmean

from tts_baseline.core.records import Run
from tts_baseline.core.verdict import LatencySplit
from tts_baseline.gate.split import Measures, Placed, placed, split
from tts_baseline.stats.estimate import Estimate
from tts_baseline.stats.length_law import LengthLaw, laws
from tts_baseline.stats.predictive import predict

Logs = Mapping[str, float]


class Splits:
    """The times and the lengths of audio of cases, in accepted runs and then in a run (natural logs)."""

    def __init__(self, runs: Sequence[Run], seconds: Sequence[Logs]) -> None:
        self.audio = [_audio(run) for run in runs]
        self.seconds = seconds

    def of(self, cases: Sequence[str], measured: Measures) -> LatencySplit | None:
        """How a change of these cases' mean splits in the last run; None without audio or an earlier run."""
        rows = [row for row in range(len(self.seconds)) if self._has(row, cases)]
        if len(self.seconds) - 1 not in rows or len(rows) == 1:
            return None
        audio, logs = self._means(self.audio, rows, cases), self._means(self.seconds, rows, cases)
        return split(logs, audio, self._expected(rows, cases), measured)

    def _has(self, row: int, cases: Sequence[str]) -> bool:
        return all(case in self.audio[row] and case in self.seconds[row] for case in cases)

    @staticmethod
    def _means(logs: Sequence[Logs], rows: Sequence[int], cases: Sequence[str]) -> list[float]:
        return [fmean([logs[row][case] for case in cases]) for row in rows]

    def _expected(self, rows: Sequence[int], cases: Sequence[str]) -> list[list[float]]:
        """What so much audio takes in the mean, row by row, by each law."""
        lengths = [[self.audio[row][case] for case in cases] for row in rows]
        if all(row == lengths[0] for row in lengths):  # whatever the law: this is all that most runs need
            return [[0.0] * len(rows)]
        import numpy as np

        return [law.logs(np.exp(lengths)).mean(axis=1).tolist() for law in self._laws]

    @cached_property
    def _laws(self) -> tuple[LengthLaw, ...]:
        """By the newest accepted run."""
        seconds, audio = self.seconds[-2], self.audio[-2]
        known = [case for case in seconds if case in audio]
        return laws([math.exp(audio[case]) for case in known], [math.exp(seconds[case]) for case in known])


def against_runs(bound: float, prior: float) -> Measures:
    """The last value against those before it, where times spread by `prior` while these are few."""

    def measure(spread: float, values: Sequence[float]) -> Placed:
        change = predict(values[-1], values[:-1], prior=spread)
        return placed(change.change, *change.interval(), bound)

    return Measures(partial(measure, prior), partial(measure, 0.0))


def against_anchor(bound: float, drift: Estimate) -> Measures:
    """The last value against the first, known as well as the drift of their times is."""

    def measure(error: float, values: Sequence[float]) -> Placed:
        change = Estimate(values[-1] - values[0], error, drift.df)
        return placed(change.change, *change.interval(), bound)

    return Measures(partial(measure, drift.error), partial(measure, 0.0))


def _audio(run: Run) -> dict[str, float]:
    """The mean log of the seconds of audio over processes, by case; none of a case without audio."""
    lengths: dict[str, list[float]] = {}
    for replicate in run.replicates:
        for case, calls in replicate.calls.items():
            lengths.setdefault(case, []).append(calls.audio_s)
    return {case: _mean_log(each) for case, each in lengths.items() if min(each) > 0}


def _mean_log(lengths: Sequence[float]) -> float:
    if min(lengths) == max(lengths):  # as a rule, and the mean of equal logs is off by a last digit
        return math.log(lengths[0])
    return fmean(map(math.log, lengths))
