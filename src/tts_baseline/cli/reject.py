"""Remove a pending run.

example: tts-baseline reject last
"""

from __future__ import annotations

import argparse

from tts_baseline.cli import _common
from tts_baseline.session.accept import reject_run


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run."""
    parser.add_argument("run", metavar="RUN", help="id, part of an id, `last`, or a path")
    _common.add_shared(parser, "report")


def act(options: argparse.Namespace) -> int:
    """0, once it is gone."""
    project = _common.opened(options)
    folder = reject_run(project, options.run)
    _common.say_paths([folder], project.root, as_json=options.json, verb="removed")
    return 0
