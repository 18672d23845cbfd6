"""What the commands share: the shared options, the project, and printing."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tts_baseline.baseline import pending
from tts_baseline.cli import _streams
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core import streams
from tts_baseline.core.collection import paused
from tts_baseline.core.options import OPTIONS, flag
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line
from tts_baseline.core.table import find_root
from tts_baseline.report.format import View
from tts_baseline.report.formats import terminal
from tts_baseline.report.formats.json import render as json_page
from tts_baseline.session.hearing import listened
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.outcome import explained, failing, reopen, suite_verdicts
from tts_baseline.session.project import Project, check_default, open_project
from tts_baseline.session.waiting import Waiting


def add_shared(parser: argparse.ArgumentParser, *names: str) -> None:
    """The options that pytest has too, without their prefix; all of them unless named."""
    for name, keywords in OPTIONS.items():
        if not names or name in names:
            parser.add_argument(f"--{flag(name)}", **keywords)
    parser.add_argument("--json", action="store_true", help="print machine-readable JSON")


def opened(options: argparse.Namespace) -> Project:
    """The project around the working directory, under the options given."""
    chosen = {name: getattr(options, name, None) for name in OPTIONS}
    project = open_project(find_root(Path.cwd()), chosen)
    if "pipeline" in options:
        check_default(project)
    return project


@paused()
def reopened(project: Project, name: str) -> Outcome:
    """A pending run judged again, with what is heard in it."""
    outcome = listened(project, reopen(project, name))
    note_unusable(project, name, outcome.folder)
    gc.freeze()  # it stays until the command ends: no collection is to look at all of it
    return outcome


def progress() -> Progress:
    """Progress on standard error, so that standard output stays the result."""

    def write(text: str) -> None:
        with contextlib.suppress(OSError):  # nobody hears it, and the measurement is worth more
            _streams.write(sys.stderr, text)

    return Progress(write, live=streams.is_live(sys.stderr, os.environ))


def status(project: Project, outcome: Outcome) -> int:
    """The exit status of an outcome: 0, or 1 where a verdict fails the build."""
    return 1 if failing(project, suite_verdicts(outcome)) else 0


def show(project: Project, outcome: Outcome, *, verbose: bool) -> None:
    """Print an outcome for people."""
    failures = failing(project, suite_verdicts(outcome))
    say(terminal.render(outcome, View(verbose=verbose, color=_streams.has_colors())))
    say("")
    if failures:
        say(explained(outcome, failures, project))
    if project.default:
        say(line(project.default))
    say(terminal.footer(outcome))


def show_json(outcomes: Sequence[Outcome]) -> None:
    """Print one outcome as a JSON object, several as an array of them."""
    pages = [json_page(outcome, View()).rstrip() for outcome in outcomes]
    say_json(pages[0] if len(pages) == 1 else "[\n" + ",\n".join(pages) + "\n]")


def show_waiting(runs: Sequence[Waiting], report: Path, *, as_json: bool) -> None:
    """Print the pending runs, and what can be done with them."""
    if as_json:
        say_json(msgspec.json.format(msgspec.json.encode(runs), indent=1).decode())
        return
    if not runs:
        say(f"no run is pending in {report}\n  next   tts-baseline run")
        return
    last = next((run.id for run in runs if not run.problem), "")
    for run in runs:
        if run.problem:
            say(f"{run.id}  cannot be used: {run.problem}; tts-baseline reject {run.id}")
        else:
            state = "  accepted" * run.accepted + "  = last" * (run.id == last)
            of = f"{run.pipeline} {run.variant}, suite {run.suite}, cases: {run.cases}"
            say(f"{run.id}  {run.created[:16]}  {of}{state}")
    say('  next   tts-baseline accept last --reason "..."; tts-baseline compare RUN; tts-baseline reject RUN')


def note_unusable(project: Project, name: str | None, last: Path | None = None) -> None:
    """Say on standard error which damaged runs `last` passes over; they would be newer."""
    if name == "last":
        for folder, error in pending.unusable(project.report, last).items():
            progress().say(f"{folder.name} is passed over: {error.what} (tts-baseline reject {folder.name})")


def say_paths(paths: Sequence[Path], root: Path, *, as_json: bool, verb: str = "wrote") -> None:
    """The files that a command touched, relative to the project."""
    names = [shown(path, root) for path in paths]
    if as_json:
        say_json(json.dumps({verb: names}, indent=1))
        return
    for path in names or ["nothing: it is the baseline already"]:
        say(f"{verb} {line(path)}")


def shown(path: Path, root: Path) -> str:
    """A path relative to the project, where it is in it."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
