"""Turns one number for each replicate into a reading."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading


def reading(spec: MetricSpec, evidence: Evidence, values: Sequence[float], note: str = "") -> Reading:
    """The reading of one positive value a replicate: `value` is their geometric mean.

    Ratios are judged in logarithms (docs/method.md, log ratios), where the geometric mean is the plain mean.
    """
    if not values:
        return missing(spec, evidence, "no calls")
    if min(values) <= 0:
        return missing(spec, evidence, f"not positive: {min(values):g} {spec.unit}")
    return Reading(
        metric=spec.name,
        case=case_id(evidence),
        value=statistics.geometric_mean(values),
        values=tuple(float(value) for value in values),
        note=note,
    )


def missing(spec: MetricSpec, evidence: Evidence, reason: str) -> Reading:
    """The reading of a metric that could not be measured, and why."""
    return Reading(metric=spec.name, case=case_id(evidence), value=None, reason=reason)


def case_id(evidence: Evidence) -> str | None:
    """The id of the case that the evidence is about; None where it is about the run."""
    return evidence.case.id if evidence.case else None
