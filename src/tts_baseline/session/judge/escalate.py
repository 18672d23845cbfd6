"""When the judge is called: asked for, or where the screen is not plain and the baseline has a commit."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tts_baseline.core import git
from tts_baseline.core.errors import BaselineError, TtsBaselineError, sentence
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Baseline, Case
from tts_baseline.core.registry import judged_gates
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.combine import doubtful
from tts_baseline.session.judge.bench import against_revision
from tts_baseline.session.judge.restarts import judge
from tts_baseline.session.judge.sound import Listening
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project

AUTO, NEVER = "auto", "none"


class Call(Struct, frozen=True):
    """A call for the judge: against which revision, for which gates, and whether the user asked for it."""

    revision: str
    gates: tuple[str, ...]
    asked: bool


def is_asked(project: Project) -> bool:
    """True where the user named what to judge against."""
    return project.settings.against not in (None, NEVER)


def check(project: Project) -> None:
    """Raise RevisionError for a revision that is asked for and does not exist, before measuring."""
    if is_asked(project) and project.settings.against != AUTO:
        git.resolve(project.root, project.settings.against or "")


def call(project: Project, baseline: Baseline, screen: Sequence[Verdict]) -> Call | None:
    """What the judge is to look at after this screen; None for nothing.

    Raises BaselineError where `auto` is asked for and the baseline has no commit.
    """
    named = project.settings.against
    if named == NEVER:
        return None
    if named not in (None, AUTO):
        return Call(named or "", judged_gates(), asked=True)
    if why := _without_commit(baseline):
        if named is None:
            return None
        raise BaselineError(
            f"the judge has nothing to compare with: the baseline of this machine {why}",
            hint="--tts-against REV, or accept a run of a clean tree first",
        )
    open_gates = doubtful(screen)
    if named is None and not open_gates:
        return None
    return Call(
        baseline.runs[-1].commit or "", judged_gates() if named else open_gates, asked=named is not None
    )


def unjudged(project: Project, baseline: Baseline, screen: Sequence[Verdict]) -> str:
    """Why nobody judges a screen that is not plain: its baseline has no commit; empty if it has."""
    why = _without_commit(baseline) if baseline.runs and project.settings.against is None else ""
    if not why or not doubtful(screen):
        return ""
    return (
        f"there is no judge, because the baseline of this machine {why} "
        "(tts-baseline compare --against REV; from now on: git commit, then accept a run)"
    )


def judged(
    project: Project, call: Call, cases: Sequence[Case], progress: Progress, *, budget: float
) -> Judgement | None:
    """The judge's restarts; None, and a line that says why, where it was not asked for and cannot be had."""
    try:
        with against_revision(project, cases, call.revision, progress) as bench:
            judgement, _ = judge(
                project,
                bench,
                cases,
                progress,
                gates=call.gates,
                asked=call.asked,
                budget=budget,
                listening=Listening(ears=project.ears) if call.asked else None,
                profiling=True,
            )
            return judgement
    except TtsBaselineError as error:
        if call.asked:
            raise
        progress.say(f"the judge cannot help: {sentence(error)}")
        return None


def _without_commit(baseline: Baseline) -> str:
    """Why the newest run of a baseline names no revision; empty if it does."""
    last = baseline.runs[-1] if baseline.runs else None
    if last is None or last.commit is None:
        return "has no commit"
    return "was accepted with uncommitted changes" if last.dirty else ""
