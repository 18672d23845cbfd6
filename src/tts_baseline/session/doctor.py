"""Examines what a gate needs, without measuring the suite: what `tts-baseline doctor` says."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from statistics import fmean, stdev
from typing import Literal, NamedTuple

from tts_baseline.baseline import pending
from tts_baseline.core import environment, git, units
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.registry import metrics, pipelines
from tts_baseline.core.switches import switches
from tts_baseline.gate import load
from tts_baseline.measure import load as measured
from tts_baseline.measure.client import Worker
from tts_baseline.session import certified, places
from tts_baseline.session.needs import Need, needs
from tts_baseline.session.project import Project

_PROBES = 30  # chosen: they tell a spread to 13 % (1 / sqrt(2 (n - 1)))
_RESTLESS = 0.1  # chosen: twice the default limit of latency
_QUIETER = "close what else runs here; expect `undecided` for small changes"

Device = Literal["cpu", "cuda"]


class Finding(NamedTuple):
    """One thing that was looked at; `next` is the command that mends it."""

    what: str
    fine: bool
    found: str
    next: str = ""


def examine(project: Project) -> tuple[Finding, ...]:
    """What was found, in the order of a run: machine, pipeline, steadiness, baselines; then options."""
    before = measured.sample()
    device, spoken = _spoken(project)
    meanwhile = measured.between(before, measured.sample())
    waiting = pending.listing(project.report)
    return (
        *_installed(project),
        *spoken,
        Finding("load", True, load.shown(meanwhile), _QUIETER if load.is_busy(meanwhile) else ""),
        _baseline(project, device),
        _certificate(project, device),
        *_written(project),
        _git(project),
        Finding("pending", True, f"{len(waiting)} runs in {project.settings.report}"),
        *(Finding(need.option, True, _said(need), need.next) for need in needs(project)),
    )


def _said(need: Need) -> str:
    """An option that cannot be used is no fault, as long as nobody types it."""
    return f"would need {need.lacks}" if need.lacks else "has what it needs"


def _installed(project: Project) -> Iterator[Finding]:
    yield Finding("python", True, platform.python_version())
    yield Finding("machine", True, environment.read("cpu").key)
    gpu = environment.has_cuda()
    yield Finding("gpu", True, environment.read("cuda").key if gpu else "none seen by NVML")
    yield Finding("settings", True, project.default or project.origin)
    yield Finding("pipelines", True, f"{', '.join(pipelines())}; chosen: {project.settings.pipeline}")
    yield Finding("switches", True, _switches())
    yield Finding("metrics", True, ", ".join(metrics()))
    yield Finding("suite", True, f"{project.suite}: {len(project.chosen)} cases")


def _spoken(project: Project) -> tuple[Device, list[Finding]]:
    """Where the pipeline speaks, how fast, and how steady the machine is meanwhile."""
    request = min(project.chosen, key=lambda case: len(case.text)).request
    settings = project.settings
    try:
        with Worker(project.worker, load_timeout=settings.load_timeout) as worker:
            ready = worker.ready
            calls = [worker.speak(request, full=True, timeout=settings.timeout) for _ in range(_PROBES)]
    except TtsBaselineError as error:
        where = f" ({error.where})" if error.where else ""
        return "cpu", [Finding("pipeline", False, f"{error.what}{where}", error.hint)]
    device: Device = "cuda" if calls[-1].peak_cuda is not None else "cpu"
    start = units.seconds(ready.spawn_s + ready.import_s + ready.load_s)
    fastest = units.seconds(min(call.wall_s for call in calls))
    probes = [call.reference_s for call in calls]
    noise = stdev(probes) / fmean(probes)
    advice = "" if noise < _RESTLESS else _QUIETER
    return device, [
        Finding("pipeline", True, f"speaks on {device}; loaded in {start}, {fastest} for the shortest case"),
        Finding("steadiness", True, f"a fixed computation varies by {noise:.1%} (sd)", advice),
    ]


def _baseline(project: Project, device: Device) -> Finding:
    store = project.store(project.variant(device))
    try:
        baseline = store.load(environment.read(device).key)
        store.goldens(baseline.quality)
    except TtsBaselineError as error:
        return Finding("baseline", False, f"{error.what} ({error.where})", error.hint)
    heard = len(baseline.quality.cases) if baseline.quality else 0
    others = len(baseline.other_machines)
    runs = f"{len(baseline.runs)} accepted runs on this machine, {others} other machines"
    complete = heard and baseline.runs
    return Finding(
        "baseline", True, f"{heard} goldens; {runs}", "" if complete else "tts-baseline run --missing record"
    )


def _written(project: Project) -> Iterator[Finding]:
    """What a run writes to: of each kind the first place that cannot be written, else the first."""
    of_a_kind: dict[str, Finding] = {}
    for place in places.of_run(project):
        if trouble := places.trouble(place):
            found = Finding(place.what, False, f"{trouble.what} ({trouble.where})", trouble.hint)
        else:
            found = Finding(place.what, True, str(place.folder))
        if of_a_kind.setdefault(place.what, found).fine and not found.fine:
            of_a_kind[place.what] = found
    yield from of_a_kind.values()


def _git(project: Project) -> Finding:
    if trouble := git.trouble(project.root):
        return Finding("git", False, f"{trouble.what} ({trouble.where})", trouble.hint)
    commit, dirty = git.commit(project.root)
    at = f"at {git.short(commit)}" + (", with uncommitted changes" if dirty else "") if commit else ""
    return Finding("git", True, at or "no commit here, so that no judge can be called")


def _switches() -> str:
    """The switches that pipelines declare, such as 'f5_spanish: bf16 (perceptual)'."""
    declared = {name: switches(name).values() for name in pipelines()}
    return "; ".join(
        f"{name}: " + ", ".join(f"{switch.spec.name} ({switch.spec.equality})" for switch in of)
        for name, of in declared.items()
        if of
    )


def _certificate(project: Project, device: Device) -> Finding:
    try:
        line = certified.check(project, device, project.chosen)
    except TtsBaselineError as error:
        return Finding("certificate", False, f"{error.what} ({error.where})", error.hint)
    return Finding("certificate", True, line or "none: tts-baseline certify tells how often the judge errs")
