"""The sound of the head by pairs with the base's: verdicts as of the screen, and how each metric moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.judgement import Judgement, PairedSound
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.readings import by_metric
from tts_baseline.core.records import Reading
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.changes import because
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.quality import decide as by_pairs
from tts_baseline.gate.quality.pairs import Pair, sampled, side_by_side
from tts_baseline.stats.median import median_interval
from tts_baseline.stats.sequential import part_of


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


def decide(judgement: Judgement, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The verdicts of every gate on sound, the suite's before its cases'; none where nobody listened."""
    sound, restarts = judgement.sound, len(judgement.restarts)
    if sound is None:
        return ()
    broken = by_pairs.broken(by_metric(sound.head))
    decided: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if spec.family == "quality" and spec.limit is not None and spec.key in limits:
            part = part_of(restarts) if _has_repeats(spec, sound) else 1.0
            decided += of_metric(spec, limits[spec.key], sound, broken, part=part)
    by_judge = (replace(verdict, decided_by="judge", runs=restarts) for verdict in decided)
    return tuple(because(by_judge, judgement.against.changed or ()))


def of_metric(
    spec: MetricSpec, limit: Limit, sound: PairedSound, broken: Collection[str], *, part: float
) -> list[Verdict]:
    """The verdicts of one metric at this part of the error rates, the suite's before its cases'.

    `broken` cases have been reported already.
    """
    before, now = _of_cases(spec, sound.base), _of_cases(spec, sound.head)
    pairs: list[Pair] = []
    lost: list[Verdict] = []
    for case, reading in now.items():
        was_measured = case in before and before[case].value is not None
        if reading.value is None:
            if by_pairs.is_missed(spec, case, broken, was_measured=was_measured):
                lost.append(by_pairs.lost(spec, limit, case, reading.reason or ""))
        elif was_measured:
            pairs.append(side_by_side(spec, limit, before[case], reading))
    return by_pairs.verdicts(sampled(spec, limit, pairs, part=part), lost, now, by_metric(sound.head))


def _has_repeats(spec: MetricSpec, sound: PairedSound) -> bool:
    return any(len(reading.values) > 1 for reading in _of_cases(spec, sound.head).values())


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
    of_cases = _of_cases(spec, readings)
    return {case: reading.value for case, reading in of_cases.items() if reading.value is not None}


def _of_cases(spec: MetricSpec, readings: Iterable[Reading]) -> dict[str, Reading]:
    return {r.case: r for r in readings if r.metric == spec.name and r.case is not None}
