"""Examines what a gate needs, without measuring the suite: what `tts-baseline doctor` says."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from statistics import fmean, stdev
from typing import Literal, NamedTuple

from tts_baseline.baseline import pending
from tts_baseline.core import environment, units
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.registry import metrics, pipelines
from tts_baseline.core.switches import switches
from tts_baseline.measure.client import Worker
from tts_baseline.session import certified
from tts_baseline.session.project import Project

_PROBES = 30


class Finding(NamedTuple):
    """One thing that was looked at; `next` is the command that mends it."""

    what: str
    fine: bool
    found: str
    next: str = ""


def examine(project: Project) -> tuple[Finding, ...]:
    """What was found, in the order of a run: machine, pipeline, steadiness, baselines."""
    return tuple(_findings(project))


def _findings(project: Project) -> Iterator[Finding]:
    here = environment.read("cpu")
    yield Finding("python", True, platform.python_version())
    yield Finding("machine", True, f"{here.key}, load {os.getloadavg()[0]:.1f}")
    gpu = environment.has_cuda()
    yield Finding("gpu", True, environment.read("cuda").key if gpu else "none seen by NVML")
    yield Finding("pipelines", True, f"{', '.join(pipelines())}; chosen: {project.settings.pipeline}")
    yield Finding("switches", True, _switches())
    yield Finding("metrics", True, ", ".join(metrics()))
    yield Finding("suite", True, f"{project.suite}: {len(project.chosen)} cases")
    device: Literal["cpu", "cuda"] = "cpu"
    try:
        with Worker(project.worker, load_timeout=project.settings.load_timeout) as worker:
            ready = worker.ready
            request = min(project.chosen, key=lambda case: len(case.text)).request
            calls = [
                worker.speak(request, full=True, timeout=project.settings.timeout) for _ in range(_PROBES)
            ]
        device = "cuda" if calls[-1].peak_cuda is not None else "cpu"
        start = ready.spawn_s + ready.import_s + ready.load_s
        yield Finding(
            "pipeline", True, f"speaks on {device}; loaded in {units.seconds(start)}, "
            f"{units.seconds(min(c.wall_s for c in calls))} for the shortest case",
        )  # fmt: skip
        probes = [call.reference_s for call in calls]
        noise = stdev(probes) / fmean(probes)
        advice = "" if noise < 0.1 else "close what else runs here; expect `undecided` for small changes"
        yield Finding("steadiness", True, f"a fixed computation varies by {noise:.1%} (sd)", advice)
    except TtsBaselineError as error:
        where = f" ({error.where})" if error.where else ""
        yield Finding("pipeline", False, f"{error.what}{where}", error.hint)
    store = project.store(project.variant(device))
    try:
        key = environment.read(device).key
        baseline = store.load(key)
        store.goldens(baseline.quality)
        heard = len(baseline.quality.cases) if baseline.quality else 0
        others = len(baseline.other_machines)
        runs = f"{len(baseline.runs)} accepted runs on this machine, {others} other machines"
        yield Finding(
            "baseline", True, f"{heard} goldens; {runs}",
            "" if heard and baseline.runs else "tts-baseline run --missing record",
        )  # fmt: skip
    except TtsBaselineError as error:
        yield Finding("baseline", False, f"{error.what} ({error.where})", error.hint)
    yield _certificate(project, device)
    waiting = pending.listing(project.report)
    yield Finding("pending", True, f"{len(waiting)} runs in {project.settings.report}")


def _switches() -> str:
    """The switches that pipelines declare, such as 'f5_spanish: bf16 (perceptual)'."""
    declared = {name: switches(name).values() for name in pipelines()}
    return "; ".join(
        f"{name}: " + ", ".join(f"{switch.spec.name} ({switch.spec.equality})" for switch in of)
        for name, of in declared.items()
        if of
    )


def _certificate(project: Project, device: Literal["cpu", "cuda"]) -> Finding:
    try:
        found = certified.check(project, device, project.chosen)
    except TtsBaselineError as error:
        return Finding("certificate", False, f"{error.what} ({error.where})", error.hint)
    return Finding("certificate", True, found or "none: tts-baseline certify tells how often the judge errs")
