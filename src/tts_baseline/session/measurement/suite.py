"""Measures a suite: a pilot for the estimate, then fresh processes one after another, then the metrics."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from tts_baseline.core import git
from tts_baseline.core.errors import NothingMeasured, SettingsError
from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.load import Load
from tts_baseline.core.records import Baseline, Case, Failure, Replicate, Run, Utterance
from tts_baseline.core.soak import Soak
from tts_baseline.core.traffic import Traffic
from tts_baseline.core.units import seconds
from tts_baseline.measure import load, replicate, soak
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.session import certified
from tts_baseline.session.measurement import under_load
from tts_baseline.session.measurement.pilot import Pilot, look_ahead
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.renderings import until_judged
from tts_baseline.session.measurement.score import audio_of, goldens_of, score, side_by_side
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.project import Project

TARGET_S = 30.0  # chosen: without a budget, a run is as long as a developer waits, and so is what it adds
MAX_PASSES = 10  # chosen: processes differ more than calls (docs/method.md), so more calls add little
_SHARE_UNDER_LOAD = 0.2  # chosen: of a budget; a model takes longer to start than to answer
_SHARE_OF_A_SOAK = 0.2  # chosen: as above
_SHARE_OF_BUDGET = 0.8  # chosen: the rest is for the pilot, the metrics and a wrong estimate


def take(
    project: Project, cases: Sequence[Case], progress: Progress, *, share: float = _SHARE_OF_BUDGET
) -> tuple[Run, dict[str, Utterance]]:
    """A run over `cases`, not yet stored, and the scored utterance of each case.

    With a budget, measuring takes about `share` of it. Raises PipelineError if the pipeline cannot be loaded,
    SettingsError if the budget is too small, LimitError as certified.check does, NothingMeasured without
    cases.
    """
    if not cases:
        raise NothingMeasured("there is no case to measure", hint="pytest --tts-baseline --collect-only")
    settings = project.settings
    begun = time.monotonic()
    if settings.load != "off":
        under_load.way_of(settings)
        share -= _SHARE_UNDER_LOAD
    if settings.soak:
        share -= _SHARE_OF_A_SOAK
    with terminable(), measuring(progress.say):
        pilot = look_ahead(project, cases)
        if settings.gpu and pilot.device == "cpu":
            raise SettingsError(
                "the GPU's meters were asked for, and the pipeline uses no GPU",
                where=project.target,
                hint="leave out --gpu, or tts-baseline doctor",
            )
        certified.check(project, pilot.device, cases)
        store = project.store(project.variant(pilot.device))
        with store.locked():
            quality = store.quality()
            goldens = store.goldens(quality)  # before measuring, so that a broken one does not waste the run
        passes = _passes(pilot, settings.restarts, settings.budget, share)
        timed_s = pilot.pass_s + pilot.stream_s
        estimate = settings.restarts * (pilot.start_s + pilot.pass_s + timed_s * passes) + pilot.count_s
        progress.say(
            f"measuring {len(cases)} cases x {passes} timed calls x {settings.restarts} fresh processes, "
            f"about {seconds(estimate)}"
        )
        calls = 1 + passes * (2 if pilot.stream_s else 1)
        progress.start(settings.restarts * len(cases) * calls + (len(cases) if pilot.count_s else 0))
        taken = _replicates(project, cases, passes, progress)
        failures = {failure.case: failure for restart in taken for failure in restart.failures}
        measured = [case for case in cases if case.id not in failures]
        utterances = _scored(taken, measured)
        replicates = tuple(_without(restart.replicate, failures) for restart in taken)
        traffic = _under_load(project, measured, taken, progress)
        soaked = _soak(project, measured, progress)
        gpu = _gauged(project, measured, progress)
        progress.say(f"scoring {len(measured)} utterances")
        environment = project.environment(pilot.device)
        scoring = time.monotonic()
        readings, own_readings = score(
            measured,
            replicates,
            utterances,
            quality,
            goldens,
            environment.software,
            traffic=traffic,
            soak=soaked,
            ears=project.ears,
            each=side_by_side,
        )
        scored_s = time.monotonic() - scoring
    commit, dirty = git.commit(project.root)
    now = datetime.now(UTC)
    run = Run(
        id=run_id(now),
        created=now.isoformat(timespec="seconds"),
        pipeline=settings.pipeline,
        variant=project.variant(pilot.device),
        suite=project.suite,
        commit=commit,
        dirty=dirty,
        committed=commit is not None and not dirty and git.holds(project.root, pilot.files),
        environment=environment,
        provenance=taken[0].provenance,
        cases=tuple(cases),
        replicates=replicates,
        audio={case.id: audio_of(utterances[case.id]) for case in measured},
        texts=_texts(taken, measured),
        goldens=goldens_of(measured, quality),
        readings=readings,
        own_readings=own_readings,
        failures=tuple(failures.values()),
        traffic=traffic,
        soak=soaked,
        gpu=gpu,
    )
    first = {case.id: utterances[case.id][0] for case in measured}
    run = until_judged(
        project,
        run,
        first,
        Baseline(quality=quality),
        goldens,
        progress,
        pass_s=pilot.pass_s + scored_s / settings.restarts,
        seconds=share * settings.budget - (time.monotonic() - begun) if settings.budget else TARGET_S,
    )
    return run, first


def run_id(now: datetime) -> str:
    """A unique name for a run that sorts by time."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _passes(pilot: Pilot, restarts: int, budget: float | None, share: float = _SHARE_OF_BUDGET) -> int:
    """The timed calls of a case in each process: as many as the time allows, 1 to 10."""
    timed_s = pilot.pass_s + pilot.stream_s
    needed = restarts * (pilot.start_s + pilot.pass_s + timed_s) + pilot.count_s
    if budget is not None and needed > budget:
        raise SettingsError(
            f"a budget of {seconds(budget)} is too small: {restarts} restarts need about {seconds(needed)}",
            hint="raise --tts-budget, or choose fewer cases with --tts-cases or --tts-tags",
        )
    target = TARGET_S if budget is None else share * budget
    if not timed_s:
        return 1
    room = ((target - pilot.count_s) / restarts - pilot.start_s - pilot.pass_s) / timed_s
    return max(1, min(MAX_PASSES, math.floor(room)))


def _replicates(
    project: Project, cases: Sequence[Case], passes: int, progress: Progress
) -> list[replicate.Taken]:
    settings = project.settings
    pace = replicate.ReplicatePace(
        passes=passes,
        timeout=settings.timeout,
        load_timeout=settings.load_timeout,
        deadline=time.monotonic() + settings.budget if settings.budget else math.inf,
    )
    left = list(cases)
    taken: list[replicate.Taken] = []
    for index in range(settings.restarts):
        before = load.sample()
        restart = replicate.measure(project.worker, left, index=index, pace=pace, on_call=progress.call)
        taken.append(_under(restart, load.between(before, load.sample())))
        for failure in restart.failures:
            progress.milestone(f"{failure.case}: {failure.kind}: {failure.message}")
        failed = {failure.case for failure in restart.failures}
        left = [case for case in left if case.id not in failed]
        progress.milestone(f"process {index + 1} of {settings.restarts}: {len(left)} cases measured")
        if not left:
            break
    return taken


def _under_load(
    project: Project, cases: Sequence[Case], taken: Sequence[replicate.Taken], progress: Progress
) -> Traffic | None:
    """What the pipeline does under load, where that is asked for; within its part of a budget."""
    settings = project.settings
    if settings.load == "off" or not cases:
        return None
    level_s = settings.load_seconds
    if settings.budget:
        level_s = min(level_s, _SHARE_UNDER_LOAD * settings.budget / under_load.LEVELS)
    alone = {case.id: [restart.utterances[case.id] for restart in taken] for case in cases}
    return under_load.take(project, cases, alone, progress, level_s=level_s)


def _soak(project: Project, cases: Sequence[Case], progress: Progress) -> Soak | None:
    """What one more process holds over many requests, where that is asked; within its part of a budget."""
    settings = project.settings
    if not settings.soak or not cases:
        return None
    progress.say(f"a soak of {settings.soak} requests")
    part = _SHARE_OF_A_SOAK * settings.budget if settings.budget else math.inf
    return soak.soak(
        project.worker,
        cases,
        settings.soak,
        timeout=settings.timeout,
        load_timeout=settings.load_timeout,
        deadline=time.monotonic() + part,
        traced=settings.memray,
    )


def _gauged(project: Project, cases: Sequence[Case], progress: Progress) -> GpuUse | None:
    """What the GPU does while one more process answers, warm, where that is asked."""
    settings = project.settings
    if not settings.gpu or not cases:
        return None
    progress.say(f"the GPU's meters over {seconds(settings.gpu)} of requests")
    requests = [case.request for case in cases]
    with Worker(project.worker, load_timeout=settings.load_timeout) as worker:
        for request in requests:
            worker.speak(request, full=False, timeout=settings.timeout)
        return worker.gauge(requests, settings.gpu, timeout=settings.timeout)


def _under(taken: replicate.Taken, meanwhile: Load) -> replicate.Taken:
    return replace(taken, replicate=replace(taken.replicate, load=meanwhile))


def _without(restart: Replicate, failures: dict[str, Failure]) -> Replicate:
    calls = {case: calls for case, calls in restart.calls.items() if case not in failures}
    return replace(restart, calls=calls)


def _texts(taken: Sequence[replicate.Taken], cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """What was read out, by case: the texts of all processes, each once; of cases where all tell one."""
    read = {case.id: [restart.utterances[case.id].text for restart in taken] for case in cases}
    return {
        case: tuple(dict.fromkeys(text for text in texts if text is not None))
        for case, texts in read.items()
        if None not in texts
    }


def _scored(taken: Sequence[replicate.Taken], cases: Sequence[Case]) -> dict[str, tuple[Utterance, ...]]:
    """Each case's first utterance in the first process, or in every process if they differ."""
    scored = {}
    for case in cases:
        hashes = {restart.replicate.calls[case.id].sha256 for restart in taken}
        each = tuple(restart.utterances[case.id] for restart in taken)
        scored[case.id] = each[:1] if len(hashes) == 1 else each
    return scored
