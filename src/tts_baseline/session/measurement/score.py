"""Computes every metric's readings from the evidence of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.outside import storable
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import Audio, Case, Quality, QualityCase, Reading, Replicate, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import scored_by

_AS = "as accepted: the audio is the same, and so is what computes its score"


def score(
    cases: Sequence[Case],
    replicates: Sequence[Replicate],
    utterances: Mapping[str, tuple[Utterance, ...]],
    quality: Quality | None,
    goldens: Mapping[str, Utterance],
    software: Mapping[str, str] | None = None,
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """The readings of a run, and its own readings: golden metrics against this run's first utterances.

    If a case has exactly the accepted samples, its own utterance is the golden, so that the rounding of the
    stored recording has no effect; and a score that was computed by the code and libraries in this run's
    `software` is taken over. All evidence of a case shares its sounds, and so their features.
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
        golden = goldens.get(case.id) if case.id in alike else None
        accepted = quality.cases[case.id] if quality and golden else None
        same = accepted if accepted and _is_as_accepted(heard, accepted) else None
        for metric in metrics().values():
            if metric.spec.scope == "case" and not metric.spec.golden:
                known = _known(case, metric, same, software or {})
                readings.append(known or read(metric, plain))
        if same:
            readings += own_here
        else:
            readings += [read(metric, replace(plain, golden=golden)) for metric in golden_metrics()]
    return tuple(readings), tuple(own)


def _is_as_accepted(heard: Sequence[Utterance], accepted: QualityCase) -> bool:
    """Whether every restart has said exactly what was accepted."""
    return len(heard) == 1 and accepted.audio.reproducible and accepted.audio.is_same(audio_of(heard))


def _known(
    case: Case, metric: Metric, same: QualityCase | None, software: Mapping[str, str]
) -> Reading | None:
    """The accepted score as a reading, where the sound is the `same` and so is what would compute it."""
    score = same.scores.get(metric.spec.name) if same else None
    if score is None or not score.by or score.by != scored_by(metric, software):
        return None
    values = () if score.value is None else (score.value,)
    return Reading(
        metric=metric.spec.name, case=case.id, value=score.value, values=values, reason=score.reason, note=_AS
    )


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


def audio_of(utterances: Sequence[Utterance]) -> Audio:
    """The identity of a case's scored utterance, the first of these."""
    first = utterances[0]
    return Audio(
        sha256=hashlib.sha256(first.samples.tobytes()).hexdigest(),
        sample_rate=first.sample_rate,
        samples=len(first.samples),
        reproducible=len(utterances) == 1,
    )
