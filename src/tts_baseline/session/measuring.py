"""Measures: a pilot for the estimate, then fresh processes one after another, then the metrics."""

from __future__ import annotations

import contextlib
import hashlib
import math
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import Literal

import numpy as np
from msgspec import Struct

from tts_baseline.baseline.files import gain_of
from tts_baseline.core import environment, git
from tts_baseline.core.errors import NothingMeasured, RequestFailed, SettingsError, WorkerLost
from tts_baseline.core.records import Audio, Case, Failure, Replicate, Run, Utterance
from tts_baseline.core.units import seconds
from tts_baseline.measure import replicate
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import Arm
from tts_baseline.session import certified
from tts_baseline.session.progress import Progress
from tts_baseline.session.project import Project
from tts_baseline.session.scoring import score

TARGET_S = 30.0
MAX_PASSES = 10
_SHARE_OF_BUDGET = 0.8


class Pilot(Struct, frozen=True):
    """What a first look tells: seconds to start a worker and to say the suite once, and the device.

    `count_s` are seconds to count the work of the suite once: 0 where there is none to count. `origin` is the
    file that the pipeline's code came from, `files` those of all code that is not installed.
    """

    start_s: float
    pass_s: float
    device: Literal["cpu", "cuda"]
    count_s: float = 0.0
    origin: str = ""
    files: tuple[str, ...] = ()


def take(
    project: Project, cases: Sequence[Case], progress: Progress, *, share: float = _SHARE_OF_BUDGET
) -> tuple[Run, dict[str, Utterance]]:
    """A run over `cases`, not yet stored, and the scored utterance of each case.

    Timed calls take about `share` of the budget, if there is one.
    Raises PipelineError where the pipeline cannot be loaded, SettingsError where the budget cannot be
    kept, LimitError as certified.check does, NothingMeasured where there is no case.
    """
    if not cases:
        raise NothingMeasured("there is no case to measure", hint="pytest --tts-baseline --collect-only")
    settings = project.settings
    with terminable(), measuring(progress.say):
        pilot = look_ahead(project, cases)
        certified.check(project, pilot.device, cases)
        store = project.store(project.variant(pilot.device))
        quality = store.load("").quality
        goldens = store.goldens(quality)  # before measuring: a broken one must not cost the whole run
        passes = _passes(pilot, settings.restarts, settings.budget, share)
        estimate = settings.restarts * (pilot.start_s + pilot.pass_s * (1 + passes)) + pilot.count_s
        progress.say(
            f"measuring {len(cases)} cases x {passes} timed calls x {settings.restarts} fresh processes, "
            f"about {seconds(estimate)}"
        )
        progress.start(settings.restarts * len(cases) * (1 + passes) + (len(cases) if pilot.count_s else 0))
        taken = _replicates(project, cases, passes, progress)
        failures = {failure.case: failure for one in taken for failure in one.failures}
        measured = [case for case in cases if case.id not in failures]
        utterances = _scored(taken, measured)
        replicates = tuple(_without(one.replicate, failures) for one in taken)
        progress.say(f"scoring {len(measured)} utterances")
        readings, own_readings = score(measured, replicates, utterances, quality, goldens)
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
        environment=environment.read(pilot.device),
        provenance=taken[0].provenance,
        cases=tuple(cases),
        replicates=replicates,
        audio={case.id: _audio(utterances[case.id]) for case in measured},
        readings=readings,
        own_readings=own_readings,
        failures=tuple(failures.values()),
    )
    return run, {case.id: utterances[case.id][0] for case in measured}


def run_id(now: datetime) -> str:
    """A name for what is measured now: sorts by time, and no two are the same."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM becomes KeyboardInterrupt meanwhile, so that workers are ended and locks released."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt("terminated")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def look_ahead(project: Project, cases: Sequence[Case], arm: Arm | None = None) -> Pilot:
    """What a worker tells that is started once, unmeasured (file caches get warm), and says three texts.

    Of the project as it is, or of another `arm`. Raises PipelineError where it cannot be loaded.
    """
    settings = project.settings
    arm = arm or Arm(name="", spec=project.worker)
    by_length = sorted(cases, key=lambda case: len(case.text))
    probes = {case.id: case for case in (by_length[0], by_length[len(by_length) // 2], by_length[-1])}
    begun = time.monotonic()
    took: list[tuple[int, float]] = []
    slowdown = 0.0
    on_gpu = False
    with Worker(arm.spec, load_timeout=settings.load_timeout, python=arm.python) as worker:
        start_s, ready = time.monotonic() - begun, worker.ready
        for case in probes.values():
            try:
                spoken = worker.speak(case.request, full=True, timeout=settings.timeout)
                spoken = worker.speak(case.request, full=True, timeout=settings.timeout)
                on_gpu = on_gpu or spoken.peak_cuda is not None
                took.append((len(case.text), spoken.wall_s + spoken.reference_s))
                if not slowdown:
                    slowdown = worker.count(case.request, timeout=settings.timeout).wall_s / spoken.wall_s
            except RequestFailed:
                continue
            except WorkerLost:
                break
    if settings.device == "cuda" and took and not on_gpu:
        raise SettingsError(
            "the device cuda was asked for, but the pipeline did not use it",
            where=project.target,
            hint="tts-baseline doctor",
        )
    pass_s = _pass_seconds(took, cases)
    return Pilot(start_s, pass_s, "cuda" if on_gpu else "cpu", slowdown * pass_s, ready.origin, ready.files)


def _pass_seconds(took: Sequence[tuple[int, float]], cases: Sequence[Case]) -> float:
    """Seconds to say every case once: a straight line through the pilot's texts, by length."""
    if not took:
        return 0.0
    lengths, times = np.array(took).T
    slope, start = np.polyfit(lengths, times, 1) if len(set(lengths)) > 1 else (0.0, times[0])
    fastest = float(min(times))
    return float(sum(max(slope * len(case.text) + start, fastest) for case in cases))


def _passes(pilot: Pilot, restarts: int, budget: float | None, share: float = _SHARE_OF_BUDGET) -> int:
    """How many timed calls a case gets in each process: as many as the time allows, 1 to 10."""
    needed = restarts * (pilot.start_s + 2 * pilot.pass_s) + pilot.count_s
    if budget is not None and needed > budget:
        raise SettingsError(
            f"a budget of {seconds(budget)} is too small: {restarts} restarts need about {seconds(needed)}",
            hint="raise --tts-budget, or choose fewer cases with --tts-cases or --tts-tags",
        )
    target = TARGET_S if budget is None else share * budget
    if not pilot.pass_s:
        return 1
    room = ((target - pilot.count_s) / restarts - pilot.start_s - pilot.pass_s) / pilot.pass_s
    return max(1, min(MAX_PASSES, math.floor(room)))


def _replicates(
    project: Project, cases: Sequence[Case], passes: int, progress: Progress
) -> list[replicate.Taken]:
    settings = project.settings
    pace = replicate.Pace(
        passes=passes,
        timeout=settings.timeout,
        load_timeout=settings.load_timeout,
        deadline=time.monotonic() + settings.budget if settings.budget else math.inf,
    )
    left = list(cases)
    taken: list[replicate.Taken] = []
    for index in range(settings.restarts):
        one = replicate.measure(project.worker, left, index=index, pace=pace, on_call=progress.call)
        taken.append(one)
        for failure in one.failures:
            progress.milestone(f"{failure.case}: {failure.kind}: {failure.message}")
        failed = {failure.case for failure in one.failures}
        left = [case for case in left if case.id not in failed]
        progress.milestone(f"process {index + 1} of {settings.restarts}: {len(left)} cases measured")
        if not left:
            break
    return taken


def _without(one: Replicate, failures: dict[str, Failure]) -> Replicate:
    calls = {case: calls for case, calls in one.calls.items() if case not in failures}
    return Replicate(cold_start=one.cold_start, calls=calls)


def _scored(taken: Sequence[replicate.Taken], cases: Sequence[Case]) -> dict[str, tuple[Utterance, ...]]:
    """The first utterance of the first process; of every process, where they differ."""
    found = {}
    for case in cases:
        hashes = {one.replicate.calls[case.id].sha256 for one in taken}
        each = tuple(one.utterances[case.id] for one in taken)
        found[case.id] = each[:1] if len(hashes) == 1 else each
    return found


def _audio(utterances: tuple[Utterance, ...]) -> Audio:
    first = utterances[0]
    return Audio(
        sha256=hashlib.sha256(first.samples.tobytes()).hexdigest(),
        sample_rate=first.sample_rate,
        samples=len(first.samples),
        gain=gain_of(first),
        reproducible=len(utterances) == 1,
    )
