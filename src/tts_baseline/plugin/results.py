"""What the fixtures return: measured values with their units in their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, geometric_mean, median
from typing import Any

import numpy as np
from msgspec import Struct

from tts_baseline.core import records
from tts_baseline.core.records import Calls, ColdStart, Reading, Utterance
from tts_baseline.core.traffic import LoadLevel, Traffic


class Latency(Struct, frozen=True):
    """Warm wall-clock seconds of every timed call of a case, over all processes."""

    wall_s: tuple[float, ...]
    stages_s: dict[str, float]
    audio_s: float

    @property
    def p50_s(self) -> float:
        """The median."""
        return median(self.wall_s)

    @property
    def p95_s(self) -> float:
        """The 95th percentile, linearly interpolated; of fewer than 100 calls a rough figure."""
        return float(np.quantile(self.wall_s, 0.95))

    @property
    def p99_s(self) -> float:
        """The 99th percentile, linearly interpolated; of fewer than 500 calls a rough figure."""
        return float(np.quantile(self.wall_s, 0.99))

    @property
    def rtf(self) -> float:
        """Real-time factor: median latency over seconds of audio."""
        return self.p50_s / self.audio_s if self.audio_s else float("inf")


class ColdStarts(Struct, frozen=True):
    """Each process's cold start, and the means of their phases in seconds."""

    starts: tuple[ColdStart, ...]

    @property
    def total_s(self) -> float:
        """Mean seconds from asking for a process until its first utterance is there."""
        return fmean(start.total_s for start in self.starts)

    @property
    def phases_s(self) -> dict[str, float]:
        """Mean seconds by phase: spawn, import, load, first_request."""
        names = ("spawn", "import", "load", "first_request")
        return {name: fmean(getattr(s, f"{name}_s") for s in self.starts) for name in names}


class Memory(Struct, frozen=True):
    """Peak bytes of a case's request, the largest over all processes; None where there is no reading."""

    peak_rss_bytes: int | None
    uss_bytes: int | None
    peak_cuda_bytes: int | None


class UnderLoad(Struct, frozen=True):
    """What the pipeline did under load: at the knee of a closed loop, and of arrivals at 70 % of its rate."""

    traffic: Traffic

    @property
    def per_second(self) -> float:
        """Answers a second at the knee; 0 where none came."""
        return geometric_mean(self.traffic.knees) if all(self.traffic.knees or [0.0]) else 0.0

    @property
    def audio_per_second(self) -> float:
        """Seconds of audio a second at the knee."""
        return self._knee.audio

    @property
    def clients(self) -> int:
        """The clients at the knee: the fewest that bring the most."""
        return self._knee.clients

    @property
    def p50_s(self) -> float | None:
        """The median latency from the intended start; None of fewer than 2 answers."""
        return self.at().p50_s

    @property
    def p95_s(self) -> float | None:
        """The 95th percentile; None of fewer than 20 answers."""
        return self.at().p95_s

    @property
    def p99_s(self) -> float | None:
        """The 99th percentile; None of fewer than 100 answers."""
        return self.at().p99_s

    @property
    def goodput(self) -> float:
        """Answers a second within the deadline."""
        return self.at().goodput

    def at(self, share: float = 0.7) -> LoadLevel:
        """The level whose requests arrive at 0.5, 0.7 or 0.9 of the knee's rate."""
        found = next((level for level in self.traffic.levels if level.share == share), None)
        if found is None:
            raise LookupError(f"nothing arrived at {share:g} of the knee; there are 0.5, 0.7 and 0.9")
        return found

    @property
    def _knee(self) -> LoadLevel:
        closed = [level for level in self.traffic.levels if level.clients]
        return next((level for level in closed if level.is_knee), closed[0])


class CountedWork(Struct, frozen=True):
    """What one call made torch do: totals, and `by_operator["flops"]["aten.mm"]`.

    Where it could not be counted the totals are None, and `reason` says why.
    """

    by_operator: Mapping[str, Mapping[str, int]]
    reason: str | None

    @property
    def operators(self) -> int | None:
        """Operators dispatched, without views."""
        return self._total("operators")

    @property
    def flops(self) -> int | None:
        """Floating-point operations of matrix products, convolutions and attention."""
        return self._total("flops")

    @property
    def syncs(self) -> int | None:
        """Waits of the host for the device; on a CPU, where it would wait."""
        return self._total("syncs")

    @property
    def allocated(self) -> int | None:
        """Bytes of new storage; freed memory is not taken off."""
        return self._total("allocated")

    @property
    def steps(self) -> int | None:
        """Bytecode instructions of reading the text out; None for a pipeline without `read_out(request)`."""
        return sum(self.by_operator["steps"].values()) or None

    def _total(self, counter: str) -> int | None:
        return None if self.reason is not None else sum(self.by_operator[counter].values())


class QualityReadings(Struct, frozen=True):
    """Quality readings by metric name, as items or attributes; None where one could not be measured.

    `utterance` is None for audio that is empty or holds NaN.
    """

    readings: Mapping[str, Reading]
    utterance: Utterance | None

    def __getitem__(self, metric: str) -> float | None:
        """The value of a metric; KeyError for one that does not exist."""
        return self.readings[metric].value

    def __getattr__(self, metric: str) -> Any:
        """The value of a metric; AttributeError for one that does not exist."""
        if metric not in self.readings:
            raise AttributeError(f"no metric {metric!r}; there are {', '.join(self.readings)}")
        return self.readings[metric].value

    def reason(self, metric: str) -> str | None:
        """Why a metric has no value."""
        return self.readings[metric].reason


def latency(columns: tuple[Calls, ...]) -> Latency:
    """The latency in one case's columns, over replicates."""
    names = sorted({name for calls in columns for name in calls.stages})
    return Latency(
        wall_s=tuple(wall for calls in columns for wall in calls.wall_s),
        stages_s={name: fmean(s for c in columns for s in c.stages.get(name, (0.0,))) for name in names},
        audio_s=columns[0].audio_s,
    )


def memory(columns: tuple[Calls, ...]) -> Memory:
    """The memory in one case's columns, over replicates."""
    return Memory(
        peak_rss_bytes=_largest([c.peak_rss for c in columns]),
        uss_bytes=_largest([c.uss for c in columns]),
        peak_cuda_bytes=_largest([c.peak_cuda for c in columns]),
    )


def work(counted: Sequence[records.Work | None]) -> CountedWork:
    """The work of one case, which is counted in one of its processes."""
    none = records.Work(reason="no call was counted")
    total = next((work for work in counted if work is not None), none)
    names = ("operators", "views", "flops", "syncs", "allocated", "steps")
    return CountedWork({name: getattr(total, name) for name in names}, total.reason)


def _largest(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return max(known, default=None)
