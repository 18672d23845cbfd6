"""Turns one counter of a call's work into a reading."""

from __future__ import annotations

from tts_baseline.core import units
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics import _replicates

_NAMED = 3


def declared(name: str, *, unit: str) -> MetricSpec:
    """The declaration of a counter: it is exact, so that any growth is too much."""
    return MetricSpec(name=name, unit=unit, better="lower", family="work", decide="exact", limit="0%")


def reading(spec: MetricSpec, evidence: Evidence) -> Reading:
    """The sum over all operators of the counter of `Work` that the metric is named for.

    The note names the operators that have most of it.

    Counted once a run, for it is the same in every process; 0 is a value.
    """
    counted = [calls.work for calls in evidence.calls if calls.work is not None]
    if not counted:
        return _replicates.missing(spec, evidence, "no call was counted")
    work = counted[0]
    if work.reason is not None:
        return _replicates.missing(spec, evidence, work.reason)
    shares: dict[str, int] = getattr(work, spec.name)
    total = float(sum(shares.values()))
    most = sorted(shares, key=lambda name: (-shares[name], name))[:_NAMED]
    return Reading(
        metric=spec.name,
        case=_replicates.case_id(evidence),
        value=total,
        values=(total,),
        note=", ".join(f"{name} {units.value(shares[name], spec.unit)}" for name in most),
    )
