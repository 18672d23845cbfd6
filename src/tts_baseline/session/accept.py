"""Makes runs the baseline: on purpose with a reason, or because there is none yet; and drops them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tts_baseline.baseline import accept, pending
from tts_baseline.core import git
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import storable
from tts_baseline.core.protocols import PORTABLE
from tts_baseline.core.records import Acceptance, Baseline, Run
from tts_baseline.core.settings import in_ci
from tts_baseline.core.verdict import FAILING, Verdict
from tts_baseline.gate import limits, load
from tts_baseline.gate.newness import newness
from tts_baseline.gate.verdicts import changed, gating, unconfirmed_gains, verdicts
from tts_baseline.session.outcome import reopen, up_to_date
from tts_baseline.session.project import Project


def accept_run(
    project: Project, name: str, *, reason: str, reset_anchor: bool = False, strict: bool = False
) -> tuple[Outcome, tuple[Path, ...]]:
    """Promote a pending run; the outcome is the one it had against the baseline before.

    Raises BaselineError in CI, without a reason, for a run that was edited, where it would fail against the
    anchor for ever, and, if `strict`, where there is a caution.
    """
    check_may_accept(name, reason)
    with project.baselines_locked():
        outcome = reopen(project, name)
        pending.check_as_measured(outcome.folder)
        if strict and (doubts := cautions(outcome)):
            raise BaselineError(
                f"run {outcome.run.id} is not accepted under --strict: {doubts[0]}",
                where=str(outcome.folder),
                hint="tts-baseline run, then accept that; or leave --strict out",
            )
        drifted = [v for v in outcome.verdicts if v.case is None and v.drift is not None]
        if drifted and not reset_anchor:
            raise BaselineError(
                f"{drifted[0].gate} is further from the anchor run than twice its limit, so that "
                "every later run would fail",
                where=str(outcome.folder),
                hint=f'tts-baseline accept {outcome.run.id} --reset-anchor --reason "..."',
            )
        written = accept.promote(
            project.store_of(outcome.run),
            outcome.folder,
            outcome.run,
            _acceptance(project, outcome.run, reason),
            changed=reset_anchor or changed(outcome.decided),
            reset_anchor=reset_anchor,
            machine=_is_whole(project, outcome.run),
        )
    return outcome, written


def check_may_accept(name: str, reason: str) -> None:
    """Raise BaselineError in CI, and without a reason."""
    if in_ci(os.environ):
        raise BaselineError(
            "baselines are not accepted in CI",
            hint=f'download the run, then: tts-baseline accept {name} --reason "..."',
        )
    if not reason.strip():
        raise BaselineError("accepting needs a reason", hint=f'tts-baseline accept {name} --reason "..."')


def cautions(outcome: Outcome) -> tuple[str, ...]:
    """What is doubtful about accepting a run, and the next command, a line each."""
    busy = load.trouble(outcome.run)
    again = f"{busy} (better: tts-baseline reject {outcome.run.id}, and measure again when it is not)"
    gains = (
        f"{gain.gate} is {abs(gain.change or 0.0):.0%} better than what was accepted, and no judge confirms "
        "it, so that no epoch begins (tts-baseline run --against auto asks the judge; "
        "accept --reset-anchor begins one all the same)"
        for gain in unconfirmed_gains(outcome.decided)
    )
    return (*([again] if busy else []), *gains)


def reject_run(project: Project, name: str) -> Path:
    """Remove a pending run, damaged or not; its folder's path."""
    folder = pending.left(project.report, name)
    pending.discard(project.report, folder)
    return folder


def record_missing(project: Project, outcome: Outcome) -> tuple[Path, ...]:
    """Under `missing = record`: cases and metrics that are new, and this machine's first whole run.

    A case whose text has changed is not new: its old golden is replaced only by accepting. What others have
    accepted since the outcome was decided is looked at again.
    """
    if project.settings.missing != "record":
        return ()
    with project.baselines_locked():
        run, baseline = up_to_date(project, outcome.folder, outcome.run)
        decided = outcome.decided
        if baseline != outcome.baseline:
            decided = verdicts(run, baseline, outcome.judgement, project.limits)
        new = _unheard(run, baseline, decided.combined)
        first = _is_whole(project, run) and not baseline.runs and baseline.anchor is None
        failed = any(v.status in FAILING for v in gating(decided.combined))
        if failed or not (new or first):
            return ()
        return accept.promote(
            project.store_of(run),
            outcome.folder,
            run,
            _acceptance(project, run, f"first recording: {newness(decided.combined, baseline)}"),
            changed=False,
            reset_anchor=False,
            quality_of=new,
            machine=first,
        )


def _unheard(run: Run, baseline: Baseline, decided: Sequence[Verdict]) -> list[str]:
    """The cases that were never accepted, or not with every metric, and say what they always said."""
    known = baseline.quality.cases if baseline.quality else {}
    unheard = {v.case for v in decided if v.family in PORTABLE and v.status == "no baseline"}
    return [
        case.id
        for case in run.cases
        if case.id in unheard and (case.id not in known or known[case.id].request == case.request)
    ]


def _is_whole(project: Project, run: Run) -> bool:
    """True where a run measured its whole suite: only then its times become a baseline of the machine.

    A suite's mean over other cases would be another quantity. A run of another suite than the project's
    cannot be checked and counts as whole.
    """
    asked = {case.id for case in project.cases}
    return run.suite != project.suite or {case.id for case in run.cases} >= asked


def _acceptance(project: Project, run: Run, reason: str) -> Acceptance:
    return Acceptance(
        reason=storable(reason),
        author=git.author(project.root),
        at=datetime.now(UTC).isoformat(timespec="microseconds"),  # finer than two accepts can be apart
        commit=run.commit,
        limits=limits.texts(project.settings.limits),
    )
