"""Make pending runs the baseline: those same samples, with a reason. Not possible in CI.

A run that changed latency or memory starts a new epoch; a golden is replaced only where
the audio changed. Of several runs all are accepted, or none. Without any, those that are pending are listed.

example: tts-baseline accept last --reason "FP16 switched on, listened to 12 cases"
"""

from __future__ import annotations

import argparse

from tts_baseline.cli import _common
from tts_baseline.core.errors import BaselineError
from tts_baseline.session import readings
from tts_baseline.session.waiting import accept_all, waiting


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, and why."""
    parser.add_argument(
        "run",
        metavar="RUN",
        nargs="*",
        help="id, part of an id, `last`, a downloaded folder, or `readings` (of tests)",
    )
    parser.add_argument("--reason", help="kept with the baseline; needed")
    parser.add_argument("--reset-anchor", action="store_true", help="measure slow drift from this run on")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse what only warns otherwise: a busy machine, a gain that no judge confirms",
    )
    _common.add_shared(parser, "dir", "report")


def act(options: argparse.Namespace) -> int:
    """0; anything that stands against accepting is an error."""
    project = _common.opened(options)
    if not options.run:
        if options.reason is not None:
            raise BaselineError("no run is named", hint='tts-baseline accept last --reason "..."')
        _common.show_waiting(waiting(project), project.report, as_json=options.json)
        return 0
    if options.run == [readings.NAME]:
        written = readings.accept(project, options.reason or "")
        _common.say_paths(written, project.root, as_json=options.json)
        return 0
    for name in options.run:
        _common.note_unusable(project, name)
    written = accept_all(
        project,
        options.run,
        reason=options.reason or "",
        reset_anchor=options.reset_anchor,
        strict=options.strict,
        say=_common.progress().say,
    )
    _common.say_paths(written, project.root, as_json=options.json)
    return 0
