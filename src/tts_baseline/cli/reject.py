"""Remove a pending run, damaged or not. Without RUN, those that are pending are listed.

example: tts-baseline reject last
"""

from __future__ import annotations

import argparse

from tts_baseline.cli import _common
from tts_baseline.session import readings
from tts_baseline.session.accept import reject_run
from tts_baseline.session.waiting import waiting


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="id, part of an id, `last`, a path, or `readings` (of tests)"
    )
    _common.add_shared(parser, "report")


def act(options: argparse.Namespace) -> int:
    """0, once it is gone."""
    project = _common.opened(options)
    if options.run is None:
        _common.show_waiting(waiting(project), project.report, as_json=options.json)
        return 0
    gone = readings.reject(project) if options.run == readings.NAME else reject_run(project, options.run)
    _common.say_paths([gone], project.root, as_json=options.json, verb="removed")
    return 0
