"""Compares two revisions, or two configurations of one, side by side: what `compare --against` does."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from tts_baseline.baseline import files, pending
from tts_baseline.core.files import write_atomic
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.registry import judged_gates
from tts_baseline.core.verdict import Verdict
from tts_baseline.report import flames
from tts_baseline.report import judgement as pages
from tts_baseline.session import places
from tts_baseline.session.judge.bench import Bench, against_configuration, against_revision
from tts_baseline.session.judge.restarts import judge
from tts_baseline.session.judge.sound import Listening
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.suite import run_id
from tts_baseline.session.outcome import JUDGE_FILE
from tts_baseline.session.project import Project


class Comparison(Struct, frozen=True, kw_only=True):
    """What the judge measured and heard, its verdicts, and the folder that holds it all."""

    judgement: Judgement
    verdicts: tuple[Verdict, ...]
    folder: Path


def with_revision(project: Project, revision: str, progress: Progress) -> Comparison:
    """The working tree against a git revision. Raises as `against_revision` does, and BaselineError."""
    places.check(places.of_comparison(project))
    return _compare(project, against_revision(project, project.chosen, revision, progress), progress)


def with_configuration(project: Project, optimize: tuple[str, ...], progress: Progress) -> Comparison:
    """The project's settings against other switches. Raises PipelineError, SettingsError or BaselineError."""
    places.check(places.of_comparison(project))
    return _compare(project, against_configuration(project, project.chosen, optimize, progress), progress)


def _compare(project: Project, ready: AbstractContextManager[Bench], progress: Progress) -> Comparison:
    budget = project.settings.budget or math.inf
    with ready as bench:
        judgement, verdicts = judge(
            project,
            bench,
            project.chosen,
            progress,
            gates=judged_gates(),
            asked=True,
            budget=budget,
            listening=Listening(ears=project.ears),
            profiling=True,
        )
    folder = places.kept(project, lambda report: saved(report, judgement, verdicts), progress)
    return Comparison(judgement=judgement, verdicts=verdicts, folder=folder)


def saved(report: Path, judgement: Judgement, verdicts: tuple[Verdict, ...]) -> Path:
    """A new folder in the folder of runs, with all of a comparison."""
    name = f"judge-{run_id(datetime.now(UTC))}"
    with pending.appearing(report, name) as folder:
        files.write_record(folder / JUDGE_FILE, judgement)
        write_atomic(folder / "report.md", pages.markdown(judgement, verdicts).encode())
        for file, text in flames.files(judgement).items():
            write_atomic(folder / file, text.encode())
    return report / name
