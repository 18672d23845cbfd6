"""The main flow: measure, store what was measured as pending, judge, record what is missing, report."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tts_baseline.baseline import files, pending
from tts_baseline.core import git
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Case
from tts_baseline.report import flames
from tts_baseline.report.format import pages
from tts_baseline.session import hearing, places
from tts_baseline.session.accept import record_missing
from tts_baseline.session.judge import escalate
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.suite import take
from tts_baseline.session.outcome import JUDGE_FILE, outcome_of, up_to_date
from tts_baseline.session.project import Project

# chosen: the judge gets the other part of the budget; it needs as long as the run, and its base's start.
_SHARE_BESIDE_A_JUDGE = 0.4


def gate(project: Project, cases: Sequence[Case], progress: Progress) -> Outcome:
    """Measure `cases` and judge them; the run is pending, and reported in its folder.

    Raises BaselineError, before measuring, where a place that will be written to cannot be; RevisionError
    where a judge is asked for and cannot be had: the run is kept all the same.
    """
    places.check(places.of_run(project))
    escalate.check(project)
    if silent := git.trouble(project.root):
        progress.say(f"the run will have no commit: {silent.what} ({silent.hint})")
    if project.default:
        progress.say(project.default)
    begun = time.monotonic()
    if escalate.is_asked(project):
        measured, utterances = take(project, cases, progress, share=_SHARE_BESIDE_A_JUDGE)
    else:
        measured, utterances = take(project, cases, progress)
    folder = places.kept(project, lambda report: pending.save(report, measured, utterances), progress)
    taken = pending.load(folder)  # what is judged is what is kept
    run, baseline = up_to_date(project, folder, taken)
    if run.goldens != taken.goldens:
        progress.say(
            "the baseline was changed while this ran; its sound is scored against what is accepted now"
        )
    outcome = outcome_of(project, folder, run, baseline, None)
    screen = outcome.decided.screen
    call = escalate.call(project, baseline, screen)
    if why := escalate.unjudged(project, baseline, screen):
        progress.say(why)
    judgement = None
    said = [case for case in cases if case.id in run.audio]
    if call is not None and said:
        left = (project.settings.budget or math.inf) - (time.monotonic() - begun)
        judgement = escalate.judged(project, call, said, progress, budget=left)
    if judgement is not None:
        with _writing(progress):
            pending.add(folder, JUDGE_FILE, files.encoded(judgement, folder / JUDGE_FILE))
        outcome = outcome_of(project, folder, run, baseline, judgement, screen=screen)
    outcome = hearing.listened(project, outcome)
    with _writing(progress):
        hearing.keep_goldens(project, outcome)
    with _writing(progress):
        outcome = replace(outcome, recorded=record_missing(project, outcome))
    with _writing(progress):
        for name, page in (pages(outcome) | flames.files(judgement)).items():
            pending.add(folder, name, page.encode())
    return outcome


@contextlib.contextmanager
def _writing(progress: Progress) -> Iterator[None]:
    """What cannot be written after the run is kept is said, and does not hide its verdict."""
    try:
        yield
    except OSError as error:
        progress.say(f"not written: {error}")
