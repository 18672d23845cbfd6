"""Brings a run's scores up to the goldens that are accepted now, from its recordings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from tts_baseline.baseline import recordings
from tts_baseline.core.ears import NO_EARS, Ears
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Quality, Reading, Run, Utterance
from tts_baseline.session.measurement.score import golden_metrics, goldens_of, read

_UNKNOWN = "the run does not say which golden it was scored against; measure again: tts-baseline run"
_AGAIN = "scored again, from the recording"


def stale(run: Run, quality: Quality | None) -> tuple[str, ...]:
    """The measured cases whose scores compare with another golden than the accepted one, or with none."""
    now = goldens_of(run.cases, quality)
    return tuple(case for case in run.audio if now.get(case) != run.goldens.get(case))


def against(
    run: Run,
    folder: Path,
    quality: Quality | None,
    goldens: Mapping[str, Utterance],
    ears: Ears = NO_EARS,
) -> Run:
    """The run with the scores of its stale cases against these goldens; `folder` has its recordings.

    A case that has the accepted samples takes its own readings. Raises BaselineError for a recording that is
    not the one that was measured.
    """
    outdated = stale(run, quality)
    if not outdated:
        return run
    now = goldens_of(run.cases, quality)
    asked = {case.id: case for case in run.cases}
    own: dict[str | None, dict[tuple[str | None, str], Reading]] = {}
    for reading in run.own_readings:
        own.setdefault(reading.case, {})[reading.case, reading.metric] = reading
    fresh: dict[tuple[str | None, str], Reading] = {}
    for case in outdated:
        accepted = quality.cases[case] if quality and case in now else None
        if accepted and accepted.audio.is_same(run.audio[case]):
            fresh |= own.get(case, {})
        elif accepted is None or case in run.recordings:
            heard = (recordings.read(folder, run, case)[1],) if accepted else ()
            fresh |= _scores(asked[case], heard, goldens[case] if accepted else None, ears)
        elif run.version == 1:
            fresh |= {
                (case, metric.spec.name): Reading(
                    metric=metric.spec.name, case=case, value=None, reason=_UNKNOWN
                )
                for metric in golden_metrics()
            }
    readings = tuple(fresh.get((r.case, r.metric), r) for r in run.readings)
    return replace(run, readings=readings, goldens={case: now[case] for case in run.audio if case in now})


def _scores(
    case: Case, heard: tuple[Utterance, ...], golden: Utterance | None, ears: Ears
) -> dict[tuple[str | None, str], Reading]:
    evidence = Evidence(case=case, utterances=heard, golden=golden, ears=ears)
    scored = (read(metric, evidence) for metric in golden_metrics(ears))
    return {
        (case.id, r.metric): replace(r, note="; ".join(filter(None, (r.note, _AGAIN))) if golden else r.note)
        for r in scored
    }
