"""The sound of two checkpoints, by how near each is to the recordings of the same sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from tts_baseline.core.bounds import SMALLEST_RATIO
from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.readings import by_metric
from tts_baseline.core.records import Reading
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.judge.sound import of_metric
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.quality import decide as by_pairs
from tts_baseline.gate.quality.traded import without_traded


def decide(
    sound: PairedSound,
    recorded: Iterable[Reading],
    limits: Mapping[str, Limit],
    cases: Collection[str],
    *,
    share: float,
) -> tuple[Verdict, ...]:
    """The verdicts of every gate on sound over these cases, at this share of the error rates.

    `recorded` are the readings of the recordings, which both arms were scored against. What any change of
    would be a fault is a fault here where it goes farther from them.
    """
    base, head = (_of(cases, readings) for readings in (sound.base, sound.head))
    origin = {(r.metric, r.case): r.value for r in recorded}
    broken = by_pairs.broken(by_metric(head))
    decided: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if spec.family != "quality" or spec.limit is None or spec.key not in limits:
            continue
        limit, own = limits[spec.key], replace(sound, base=base, head=head)
        if spec.better == "same":
            is_share = limit.is_relative
            own = replace(
                sound,
                base=_distances(spec, base, origin, is_share=is_share),
                head=_distances(spec, head, origin, is_share=is_share),
            )
            spec = replace(spec, better="lower", unit="1" if is_share else spec.unit)
            limit = Limit(0.0, limit.relative) if is_share else limit
        decided += of_metric(spec, limit, own, broken, part=share)
    return without_traded([replace(verdict, decided_by="judge") for verdict in decided])


def _of(cases: Collection[str], readings: Iterable[Reading]) -> tuple[Reading, ...]:
    return tuple(reading for reading in readings if reading.case in cases)


def _distances(
    spec: MetricSpec,
    readings: Iterable[Reading],
    origin: Mapping[tuple[str, str | None], float | None],
    *,
    is_share: bool,
) -> tuple[Reading, ...]:
    """The readings of a metric as distances from the recordings, or as shares of what those have."""
    found = []
    for reading in readings:
        if reading.metric != spec.name:
            continue
        there = origin.get((spec.name, reading.case))
        if reading.value is None or there is None or (is_share and abs(there) <= SMALLEST_RATIO):
            found.append(replace(reading, value=None, reason=reading.reason or "the recording has none"))
            continue
        scale = abs(there) if is_share else 1.0
        found.append(
            replace(
                reading,
                value=abs(reading.value - there) / scale,
                values=tuple(abs(value - there) / scale for value in reading.values),
                error=reading.error / scale,
            )
        )
    return tuple(found)
