"""The main flow: measure, store what was measured as pending, judge, record what is missing, report."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline import accept, files, pending
from tts_baseline.core import git
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import (
    FAILING,
    Acceptance,
    Baseline,
    Case,
    Quality,
    Reading,
    Run,
    Utterance,
    Verdict,
)
from tts_baseline.core.settings import in_ci
from tts_baseline.gate import attribute, decide, explain, paired
from tts_baseline.gate.limits import Limit
from tts_baseline.report import judged, summary, table
from tts_baseline.session import escalating
from tts_baseline.session.measuring import take
from tts_baseline.session.progress import Progress
from tts_baseline.session.project import Project

JUDGE_FILE = "judge.json"
# The judge gets the other part of the budget.
_SHARE_BESIDE_A_JUDGE = 0.4


class Outcome(Struct, frozen=True, kw_only=True):
    """A run that was measured and judged, and the baseline files that were recorded for it.

    `judgement` is what the judge measured, None where it was not called.
    """

    run: Run
    folder: Path
    baseline: Baseline
    verdicts: tuple[Verdict, ...]
    judgement: Judgement | None = None
    recorded: tuple[Path, ...] = ()


def gate(project: Project, cases: Sequence[Case], progress: Progress) -> Outcome:
    """Measure `cases` and judge them; the run is pending, and reported in its folder.

    Raises RevisionError where a judge is asked for and cannot be had; the run is kept all the same.
    """
    escalating.check(project)
    begun = time.monotonic()
    if escalating.is_asked(project):
        run, utterances = take(project, cases, progress, share=_SHARE_BESIDE_A_JUDGE)
    else:
        run, utterances = take(project, cases, progress)
    folder = pending.save(project.report, run, utterances)
    baseline = project.store_of(run).load(run.environment.key)
    verdicts = decide.decide(run, baseline, project.limits)
    call = escalating.call(project, baseline, verdicts)
    judgement = None
    said = [case for case in cases if case.id in run.audio]
    if call is not None and said:
        left = (project.settings.budget or math.inf) - (time.monotonic() - begun)
        judgement = escalating.judged(project, call, said, progress, budget=left)
    if judgement is not None:
        files.write_record(folder / JUDGE_FILE, judgement)
        verdicts = _combined(run, baseline, judgement, project.limits)
    recorded = _record_missing(project, run, folder, baseline, verdicts)
    page = summary.markdown(run, verdicts, baseline)
    if judgement is not None:
        page += "\n" + judged.markdown(judgement, paired.decide(judgement, project.limits))
    write_atomic(folder / "report.md", page.encode())
    write_atomic(folder / "verdicts.json", summary.as_json(run, verdicts, folder))
    return Outcome(
        run=run, folder=folder, baseline=baseline, verdicts=verdicts, judgement=judgement, recorded=recorded
    )  # fmt: skip


def reopen(project: Project, name: str) -> Outcome:
    """A pending run judged again, against the baselines as they are now."""
    folder = pending.find(project.report, name)
    run = pending.load(folder)
    baseline = project.store_of(run).load(run.environment.key)
    run = _against_itself(run, baseline.quality)
    kept = folder / JUDGE_FILE
    judgement = files.read_record(kept, Judgement) if kept.exists() else None
    verdicts = _combined(run, baseline, judgement, project.limits)
    return Outcome(run=run, folder=folder, baseline=baseline, verdicts=verdicts, judgement=judgement)


def judge_again(outcome: Outcome, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The verdicts of an outcome under other limits."""
    return _combined(outcome.run, outcome.baseline, outcome.judgement, limits)


def _combined(
    run: Run,
    baseline: Baseline,
    judgement: Judgement | None,
    limits: Mapping[str, Limit],
) -> tuple[Verdict, ...]:
    screen = decide.decide(run, baseline, limits)
    if judgement is None:
        return screen
    told = paired.decide(judgement, limits)
    since = decide.since(judgement.against.commit, run, baseline, limits)
    around = explain.surroundings(run, baseline)
    return attribute.combine(screen, told, judgement.against, since, around, asked=judgement.asked)


def failing(project: Project, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that fail the build under the project's policies."""
    policy = project.settings
    return tuple(v for v in verdicts if decide.fails(v, missing=policy.missing, undecided=policy.undecided))


def recorded_utterance(outcome: Outcome, case: str) -> Utterance | None:
    """The recording of a case's scored utterance; None for audio that no file can hold (NaN, empty)."""
    path = outcome.folder / "audio" / f"{case}.flac"
    return files.read_flac(path, outcome.run.audio[case]) if path.exists() else None


def suite_verdicts(outcome: Outcome, family: str | None = None) -> tuple[Verdict, ...]:
    """The verdicts that speak for the whole suite, or for one metric family of it."""
    return tuple(v for v in decide.gating(outcome.verdicts) if family in (None, v.family))


def explained(outcome: Outcome, verdicts: Sequence[Verdict]) -> str:
    """Verdicts as sentences, with numbers and the next commands."""
    return explain.story(verdicts, outcome.run, outcome.baseline)


def footer(outcome: Outcome) -> str:
    """The last line of a summary: counts, what was recorded, where the run is."""
    counted = table.counts(v for v in outcome.verdicts if v.case is None) or "nothing judged"
    lines = [f"{counted}    run: {outcome.folder}"]
    if outcome.judgement is not None:
        lines = [*(f"judge: {line}" for line in judged.lines(outcome.judgement)), *lines]
    if outcome.recorded:
        lines.append(f"recorded: {', '.join(path.name for path in outcome.recorded)} (there was no baseline)")
    return "\n".join(lines)


def accept_run(
    project: Project, name: str, *, reason: str, reset_anchor: bool = False
) -> tuple[Outcome, tuple[Path, ...]]:
    """Promote a pending run; the outcome is the one it had against the baseline before.

    Raises BaselineError in CI, without a reason, and where the run would fail against the anchor for ever.
    """
    if in_ci(os.environ):
        raise BaselineError(
            "baselines are not accepted in CI",
            hint=f'download the run, then: tts-baseline accept {name} --reason "..."',
        )
    if not reason.strip():
        raise BaselineError("accepting needs a reason", hint=f'tts-baseline accept {name} --reason "..."')
    outcome = reopen(project, name)
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
        _acceptance(project, outcome.run, reason),
        # By the screen: whether times have left those of the epoch is not what the judge looked at.
        changed=decide.changed(decide.decide(outcome.run, outcome.baseline, project.limits)),
        reset_anchor=reset_anchor,
        machine=_is_whole(project, outcome.run),
    )
    return outcome, written


def reject_run(project: Project, name: str) -> Path:
    """Remove a pending run; its folder's path."""
    folder = pending.find(project.report, name)
    pending.discard(project.report, folder)
    return folder


def _record_missing(
    project: Project, run: Run, folder: Path, baseline: Baseline, verdicts: Sequence[Verdict]
) -> tuple[Path, ...]:
    """Under `missing = record`: cases and metrics that are new, and this machine's first whole run.

    A case whose text has changed is not new: its old golden is replaced only by accepting.
    """
    failed = any(v.status in FAILING for v in decide.gating(verdicts))
    if project.settings.missing != "record" or failed:
        return ()
    known = baseline.quality.cases if baseline.quality else {}
    unheard = {v.case for v in verdicts if v.family == "quality" and v.status == "no baseline"}
    new = [
        case.id
        for case in run.cases
        if case.id in unheard and (case.id not in known or known[case.id].request == case.request)
    ]
    first = _is_whole(project, run) and not baseline.runs and baseline.anchor is None
    if not new and not first:
        return ()
    return accept.promote(
        project.store_of(run),
        folder,
        _acceptance(project, run, "first recording: there was no baseline"),
        changed=False,
        reset_anchor=False,
        quality_of=new,
        machine=first,
    )


def _is_whole(project: Project, run: Run) -> bool:
    """True where a run measured its whole suite: only then its times become a baseline of the machine.

    A suite's mean over other cases would be another quantity. A run of another suite than the project's
    cannot be checked and counts as whole.
    """
    asked = {case.id for case in project.cases}
    return run.suite != project.suite or {case.id for case in run.cases} >= asked


def _against_itself(run: Run, quality: Quality | None) -> Run:
    """The run with its own golden readings for the cases whose accepted sound it has become since."""
    known = quality.cases if quality else {}
    own: dict[tuple[str | None, str], Reading] = {
        (r.case, r.metric): r
        for r in run.own_readings
        if r.case in known and r.case in run.audio and known[r.case].audio.sha256 == run.audio[r.case].sha256
    }
    return replace(run, readings=tuple(own.get((r.case, r.metric), r) for r in run.readings))


def _acceptance(project: Project, run: Run, reason: str) -> Acceptance:
    return Acceptance(
        reason=reason,
        author=git.author(project.root),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=run.commit,
    )
