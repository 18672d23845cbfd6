"""How the sound of two arms differs, metric by metric: paired by case, shown beside the gain in time."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from msgspec import Struct

from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.registry import metrics
from tts_baseline.stats.median import median_interval


class SoundChange(Struct, frozen=True, kw_only=True):
    """One metric over the cases that both arms have a value of: medians, and the paired difference.

    `change`, `low` and `high` are in the metric's unit: the median of head - base and its 95 % interval.
    """

    metric: str
    unit: str
    base: float
    head: float
    change: float
    low: float
    high: float
    cases: int


def changes(sound: PairedSound) -> tuple[SoundChange, ...]:
    """The change of every quality metric that both arms have values of, in the order of the registry."""
    specs = (metric.spec for metric in metrics().values() if metric.spec.family == "quality")
    return tuple(change for spec in specs if (change := _change(spec, sound)) is not None)


def _change(spec: MetricSpec, sound: PairedSound) -> SoundChange | None:
    base, head = _values(spec, sound.base), _values(spec, sound.head)
    shared = base.keys() & head.keys()
    if not shared:
        return None
    middle, low, high = median_interval([head[case] - base[case] for case in shared])
    return SoundChange(
        metric=spec.name,
        unit=spec.unit,
        base=float(median(base[case] for case in shared)),
        head=float(median(head[case] for case in shared)),
        change=middle,
        low=low,
        high=high,
        cases=len(shared),
    )


def _values(spec: MetricSpec, readings: Iterable[Reading]) -> dict[str, float]:
    return {
        reading.case: reading.value
        for reading in readings
        if reading.metric == spec.name and reading.case is not None and reading.value is not None
    }
