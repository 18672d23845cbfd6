"""More utterances of a pipeline that says the same request differently each time, until it is judged."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from statistics import median

from msgspec.structs import replace

from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import PipelineError, sentence
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Baseline, Case, Reading, Run, Utterance
from tts_baseline.gate.screen import quality
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.replicate import utterance_of
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.score import golden_metrics, read, readable
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.project import Project
from tts_baseline.session.scripts import scripts


def until_judged(
    project: Project,
    run: Run,
    first: Mapping[str, Utterance],
    baseline: Baseline,
    goldens: Mapping[str, Utterance],
    progress: Progress,
    *,
    pass_s: float,
    seconds: float,
) -> Run:
    """The run, with more utterances of each case that sounds different each time, until its verdicts are in.

    They are made in one more process, look by look, as long as `seconds` last; `pass_s` says how long one of
    each case takes, with its scores. `first` are the utterances that the run's own golden scores compare
    with. A pipeline that fails meanwhile ends it: what it was asked for before, it has said.
    """
    until = time.monotonic() + seconds
    restless = [case for case in run.cases if case.id in run.audio and not run.audio[case.id].reproducible]
    more = quality.wanted(run, baseline, project.limits)
    if not restless or not more or more * pass_s > seconds:
        return run
    accepted = {case: golden for case, golden in goldens.items() if case in run.goldens}
    timeout, load_timeout = project.settings.timeout, project.settings.load_timeout
    try:
        with (
            terminable(),
            measuring(progress.say),
            Worker(project.worker, load_timeout=load_timeout) as worker,
        ):
            while more and time.monotonic() + more * pass_s <= until:
                progress.milestone(f"chance or change: {more} more utterances of {len(restless)} cases")
                said = {case.id: _said(worker, case, more, timeout) for case in restless}
                run = _with_more(run, said, accepted, first, project.ears)
                more = quality.wanted(run, baseline, project.limits)
    except PipelineError as error:
        progress.milestone(f"no more utterances: {sentence(error)}")
    return run


def _said(worker: Worker, case: Case, count: int, timeout: float) -> tuple[Utterance, ...]:
    calls = (worker.speak(case.request, full=True, timeout=timeout) for _ in range(count))
    return tuple(map(utterance_of, calls))


def _with_more(
    run: Run,
    more: Mapping[str, tuple[Utterance, ...]],
    goldens: Mapping[str, Utterance],
    first: Mapping[str, Utterance],
    ears: Ears,
) -> Run:
    """The run with the scores of more utterances, by case, joined to those that it has.

    `goldens` are what its readings compare with, `first` its own first utterances, for its own readings.
    """
    fresh: dict[tuple[str | None, str], Reading] = {}
    own: dict[tuple[str | None, str], Reading] = {}
    known = scripts([case for case in run.cases if case.id in more])
    for case in run.cases:
        if said := more.get(case.id):
            evidence = Evidence(
                case=case, utterances=said, golden=goldens.get(case.id), script=known.get(case.id), ears=ears
            )
            itself = replace(evidence, golden=first[case.id])
            for metric in readable(ears):
                if metric.spec.family == "quality":
                    fresh[case.id, metric.spec.name] = read(metric, evidence)
            own |= {(case.id, metric.spec.name): read(metric, itself) for metric in golden_metrics(ears)}
    return replace(run, readings=_joined(run.readings, fresh), own_readings=_joined(run.own_readings, own))


def _joined(
    readings: Iterable[Reading], fresh: Mapping[tuple[str | None, str], Reading]
) -> tuple[Reading, ...]:
    joined = []
    for reading in readings:
        more = fresh.get((reading.case, reading.metric))
        joined.append(_over_both(reading, more) if more and more.value is not None else reading)
    return tuple(joined)


def _over_both(reading: Reading, more: Reading) -> Reading:
    """A reading over the utterances of two: nothing where the first has no value, which most of them lack."""
    if reading.value is None:
        return reading
    values = reading.values + more.values
    note = "; ".join(dict.fromkeys(filter(None, (reading.note, more.note))))
    return replace(reading, value=float(median(values)), values=values, note=note)
