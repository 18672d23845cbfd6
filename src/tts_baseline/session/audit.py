"""Examines everything that was accepted: what `tts-baseline doctor --baselines` says."""

from __future__ import annotations

from collections.abc import Iterator

from tts_baseline.baseline import audit
from tts_baseline.baseline.audit import Folder
from tts_baseline.core.records import Baseline
from tts_baseline.session.doctor import Finding
from tts_baseline.session.outcome import widened
from tts_baseline.session.project import Project

_WHAT = "baseline"


def examine(project: Project) -> tuple[Finding, ...]:
    """One finding for each variant that is fine, and one for each file that is not; nothing is changed."""
    with project.baselines_locked():
        found = [finding for folder in audit.folders(project.baselines) for finding in _of(project, folder)]
        found += [_wrong(project, problem) for problem in audit.beside(project.baselines)]
    return tuple(found) or (Finding(_WHAT, True, f"nothing was accepted yet in {project.baselines}"),)


def _of(project: Project, folder: Folder) -> Iterator[Finding]:
    wrong = [_wrong(project, problem) for problem in audit.problems(folder)]
    wrong += _limits(project, folder)
    yield from wrong
    if not wrong:
        next_ = "" if folder.has_history else "tts-baseline migrate   (without a history no edit is seen)"
        yield Finding(_WHAT, True, _summary(folder), next_)


def _wrong(project: Project, problem: audit.Problem) -> Finding:
    path = problem.path
    shown = path.relative_to(project.root) if path.is_relative_to(project.root) else path
    return Finding(_WHAT, False, f"{problem.what} ({shown})", problem.mend)


def _limits(project: Project, folder: Folder) -> list[Finding]:
    """The limits that were widened since something was accepted under them, machine by machine."""
    machines: dict[str, Baseline] = {}
    for run in sorted(folder.runs.values(), key=lambda run: run.acceptance.at if run.acceptance else ""):
        machines[run.environment.key] = Baseline(runs=(run,))
    notes = dict.fromkeys(
        note
        for baseline in (Baseline(quality=folder.quality), *machines.values())
        for note in widened(project, baseline)
    )
    mend = 'set it back, or accept a run under it: tts-baseline accept last --reason "..."'
    return [Finding("limits", False, f"{_name(folder)}: {note}", mend) for note in notes]


def _name(folder: Folder) -> str:
    return f"{folder.store.identity.pipeline} @ {folder.store.identity.variant}"


def _summary(folder: Folder) -> str:
    goldens = len(folder.quality.cases) if folder.quality else 0
    machines = len({run.environment.key for run in folder.runs.values()})
    return (
        f"{_name(folder)}: {goldens} goldens, {len(folder.runs)} accepted runs on {machines} machines, "
        f"{len(folder.entries)} entries of the history"
    )
