"""Judges a run again, and asks what its outcome means: what fails, what is behind a verdict."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tts_baseline.baseline import files, pending, recordings
from tts_baseline.baseline.store import accepted_at
from tts_baseline.core.collection import paused
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Baseline, Run, Utterance
from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import limits
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.verdicts import fails, gating, verdicts
from tts_baseline.report.story import story
from tts_baseline.session import certified
from tts_baseline.session.failing import lasting
from tts_baseline.session.measurement import rescore
from tts_baseline.session.project import Project

JUDGE_FILE = "judge.json"
_NAMED = 5  # cases in a line


@paused()
def reopen(project: Project, name: str) -> Outcome:
    """A pending run judged again, against the baselines as they are now."""
    folder, kept = pending.opened(project.report, name)
    run, baseline = up_to_date(project, folder, kept)
    judged = folder / JUDGE_FILE
    judgement = files.read_record(judged, Judgement) if os.path.lexists(judged) else None
    return outcome_of(project, folder, run, baseline, judgement)


def outcome_of(
    project: Project,
    folder: Path,
    run: Run,
    baseline: Baseline,
    judgement: Judgement | None,
    *,
    screen: tuple[Verdict, ...] | None = None,
) -> Outcome:
    """What is decided of a run against a baseline; `screen` has the screen's verdicts, where known."""
    decided = verdicts(run, baseline, judgement, project.limits, screen=screen)
    lasts = lasting(project.report, run, decided.combined)
    return Outcome(
        run=run,
        folder=folder,
        baseline=baseline,
        decided=decided,
        judgement=judgement,
        notes=(*lasts, *widened(project, baseline), *gone(project, run, baseline)),
        sound=certified.sound(project, run, baseline.quality),
    )


def gone(project: Project, run: Run, baseline: Baseline) -> tuple[str, ...]:
    """A line for the cases of the suite's newest accepted run that the suite has no more; none if it has all.

    Other suites of the same pipeline keep their goldens beside, so that quality.json cannot tell.
    """
    if run.suite != project.suite:
        return ()
    accepted = [past for past in (*baseline.elsewhere, *baseline.runs) if past.suite == run.suite]
    if not accepted:
        return ()
    asked = {case.id for case in project.cases}
    names = [case.id for case in max(accepted, key=accepted_at).cases if case.id not in asked]
    if not names:
        return ()
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    is_are = "1 accepted case is" if len(names) == 1 else f"{len(names)} accepted cases are"
    return (f"{is_are} no longer in the suite: {', '.join(names[:_NAMED])}{more}",)


def widened(project: Project, baseline: Baseline) -> tuple[str, ...]:
    """The limits that allow more now than when the newest run, or the sound, was accepted: a line each."""
    last = baseline.runs[-1].acceptance if baseline.runs else None
    sound = baseline.quality.acceptance if baseline.quality else None
    then: dict[str, str] = {}
    for acceptance, is_portable in ((last, False), (sound, True)):
        for gate, text in acceptance.limits.items() if acceptance else ():
            if gate in gates() and gates()[gate].is_portable == is_portable:
                then[gate] = text
    now = limits.texts(project.settings.limits)
    return tuple(
        f"the limit of {gate} was {text} when the baseline was accepted, and is {now[gate]} now"
        for gate, text in limits.widened(then, project.limits).items()
    )


def up_to_date(project: Project, folder: Path, run: Run) -> tuple[Run, Baseline]:
    """What is accepted at this moment, and the run in `folder` with its scores against that."""
    store = project.store_of(run)
    with store.locked():
        baseline = store.load(run.environment.key)
        goldens = store.goldens(baseline.quality, rescore.stale(run, baseline.quality))
    return rescore.against(run, folder, baseline.quality, goldens, project.ears), baseline


def judge_again(outcome: Outcome, chosen: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The verdicts of an outcome under other limits."""
    return verdicts(outcome.run, outcome.baseline, outcome.judgement, chosen).combined


def failing(project: Project, decided: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that fail the build under the project's policies."""
    policy = project.settings
    return tuple(v for v in decided if fails(v, missing=policy.missing, undecided=policy.undecided))


def recorded_utterance(outcome: Outcome, case: str) -> Utterance | None:
    """The recording of a case's scored utterance; None for audio that no file can hold (NaN, empty)."""
    if case not in outcome.run.recordings:
        return None
    return recordings.read(outcome.folder, outcome.run, case)[1]


def suite_verdicts(outcome: Outcome, family: str | None = None) -> tuple[Verdict, ...]:
    """The verdicts that speak for the whole suite, or for one metric family of it."""
    return tuple(v for v in gating(outcome.verdicts) if family in (None, v.family))


def explained(outcome: Outcome, decided: Sequence[Verdict], project: Project | None = None) -> str:
    """Verdicts as sentences, with numbers and the next commands, as they are typed in this project."""
    folder = _beside(project, outcome) if project else ""
    return story(decided, outcome.run, outcome.baseline, folder=folder, heard=outcome.heard)


def _beside(project: Project, outcome: Outcome) -> str:
    """The folder of a run that commands do not find by its id: only this one knows its folder of runs."""
    is_there = outcome.folder.parent.resolve() == project.report.resolve()
    is_found = is_there and not project.asked.get("report")
    return "" if is_found else shlex.quote(os.path.relpath(outcome.folder))
