"""Computes every metric's readings from the evidence of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.outside import storable
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import Case, Quality, Reading, Replicate, Utterance
from tts_baseline.core.registry import metrics


def score(
    cases: Sequence[Case],
    replicates: Sequence[Replicate],
    utterances: Mapping[str, tuple[Utterance, ...]],
    quality: Quality | None,
    goldens: Mapping[str, Utterance],
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """The readings of a run, and its own readings: golden metrics against this run's first utterances.

    If a case has exactly the accepted samples, its own utterance is the golden, so that the rounding of the
    stored recording has no effect. All evidence of a case shares its sounds, and so their features.
    """
    readings: list[Reading] = []
    own: list[Reading] = []
    alike = goldens_of(cases, quality)
    run = Evidence(cold_starts=tuple(r.cold_start for r in replicates if r.cold_start is not None))
    readings += [read(metric, run) for metric in metrics().values() if metric.spec.scope == "run"]
    for case in cases:
        heard = utterances[case.id]
        plain = Evidence(case=case, calls=tuple(r.calls[case.id] for r in replicates), utterances=heard)
        itself = replace(plain, utterances=heard[1:] or heard, golden=heard[0])
        own_here = [read(metric, itself) for metric in golden_metrics()]
        own += own_here
        accepted = quality.cases.get(case.id) if quality else None
        golden = goldens.get(case.id) if case.id in alike else None
        readings += [
            read(m, plain) for m in metrics().values() if m.spec.scope == "case" and not m.spec.golden
        ]
        if accepted and golden and len(heard) == 1 and accepted.audio.sha256 == _hash(heard[0]):
            readings += own_here
        else:
            readings += [read(metric, replace(plain, golden=golden)) for metric in golden_metrics()]
    return tuple(readings), tuple(own)


def read(metric: Metric, evidence: Evidence) -> Reading:
    """The metric's reading; if it raises, a reading without a value, with the error as its reason."""
    try:
        return metric.read(evidence)
    except TtsBaselineError as error:
        reason = f"{error.what}: {error.hint}" if error.hint else error.what
    except Exception as error:  # noqa: BLE001 - metrics come from other distributions too
        reason = storable(f"the metric failed: {type(error).__name__}: {error}")
    case = evidence.case.id if evidence.case else None
    return Reading(metric=metric.spec.name, case=case, value=None, reason=reason)


def goldens_of(cases: Sequence[Case], quality: Quality | None) -> dict[str, str]:
    """The SHA-256 of the accepted recording of each case that was accepted with the same request."""
    known = quality.cases if quality else {}
    return {
        case.id: known[case.id].recording
        for case in cases
        if case.id in known and known[case.id].request == case.request
    }


def golden_metrics() -> Iterator[Metric]:
    """The metrics that compare with a golden, in the order of the registry."""
    return (metric for metric in metrics().values() if metric.spec.golden)


def _hash(utterance: Utterance) -> str:
    return hashlib.sha256(utterance.samples.tobytes()).hexdigest()
