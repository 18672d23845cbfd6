"""A trial of a pipeline, to estimate how long it takes to start it and to speak the suite once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct, field

from tts_baseline.core.errors import RequestFailed, SettingsError, WorkerLost
from tts_baseline.core.records import Case
from tts_baseline.core.switches import SwitchSpec
from tts_baseline.measure.client import Worker
from tts_baseline.measure.pair import Arm
from tts_baseline.session.project import Project

# chosen: a first call that takes no longer than this many times the second warms nothing worth an estimate
_WARMED = 1.25


class Pilot(Struct, frozen=True):
    """Estimated seconds to start a worker (`start_s`) and to speak the suite once (`pass_s`), and the device.

    `count_s` are seconds to count the work of the suite once, 0 if nothing can be counted, and `stream_s` to
    stream it once, 0 if the pipeline does not. `origin` is the file of the pipeline's code, `files` those of
    all code that is not installed; `provenance` and `switches` are the pipeline's own.
    """

    start_s: float
    pass_s: float
    device: Literal["cpu", "cuda"]
    count_s: float = 0.0
    stream_s: float = 0.0
    origin: str = ""
    files: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    switches: tuple[SwitchSpec, ...] = ()


def look_ahead(project: Project, cases: Sequence[Case], arm: Arm | None = None) -> Pilot:
    """The pilot of the project, or of another `arm`: one worker that speaks three texts.

    Each text is spoken twice while first calls take longer than second ones (a shape is compiled); once
    where they do not. It also warms the file caches. Raises PipelineError if the pipeline cannot be loaded.
    """
    settings = project.settings
    arm = arm or Arm(name="", spec=project.worker)
    by_length = sorted(cases, key=lambda case: len(case.text))
    probes = {case.id: case for case in (by_length[0], by_length[len(by_length) // 2], by_length[-1])}
    begun = time.monotonic()
    timings: list[tuple[int, float]] = []
    slowdown = 0.0
    on_gpu = False
    first_differs = True
    with Worker(arm.spec, load_timeout=settings.load_timeout, python=arm.python) as worker:
        start_s, ready = time.monotonic() - begun, worker.ready
        for case in probes.values():
            try:
                spoken = worker.speak(case.request, full=True, timeout=settings.timeout)
                if first_differs:
                    first, spoken = spoken, worker.speak(case.request, full=True, timeout=settings.timeout)
                    first_differs = first.wall_s > _WARMED * spoken.wall_s
                on_gpu = on_gpu or spoken.peak_cuda is not None
                timings.append((len(case.text), spoken.wall_s + spoken.reference_s))
                if not slowdown:
                    slowdown = worker.count(case.request, timeout=settings.timeout).wall_s / spoken.wall_s
            except RequestFailed:
                continue
            except WorkerLost:
                break
    if settings.device == "cuda" and timings and not on_gpu:
        raise SettingsError(
            "the device cuda was asked for, but the pipeline did not use it",
            where=project.target,
            hint="tts-baseline doctor",
        )
    pass_s = _pass_seconds(timings, cases)
    return Pilot(
        start_s=start_s,
        pass_s=pass_s,
        device="cuda" if on_gpu else "cpu",
        count_s=slowdown * pass_s,
        stream_s=pass_s if ready.streams else 0.0,
        origin=ready.origin,
        files=ready.files,
        provenance=ready.provenance,
        switches=ready.switches,
    )


def _pass_seconds(timings: Sequence[tuple[int, float]], cases: Sequence[Case]) -> float:
    """Seconds to speak every case once, by a straight line through the pilot's times over text length."""
    if not timings:
        return 0.0
    lengths, times = np.array(timings).T
    slope, start = np.polyfit(lengths, times, 1) if len(set(lengths)) > 1 else (0.0, times[0])
    fastest = float(min(times))
    return float(sum(max(slope * len(case.text) + start, fastest) for case in cases))
