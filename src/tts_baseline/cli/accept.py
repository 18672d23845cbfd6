"""Make pending runs the baseline: those same samples, with a reason. Not possible in CI.

A run that changed latency or memory starts a new epoch; a golden is replaced only where
the audio changed.

example: tts-baseline accept last --reason "FP16 switched on, listened to 12 cases"
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tts_baseline.cli import _common
from tts_baseline.session.accept import accept_run


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, and why."""
    parser.add_argument(
        "run", metavar="RUN", nargs="+", help="id, part of an id, `last`, or a downloaded folder"
    )
    parser.add_argument("--reason", required=True, help="kept with the baseline")
    parser.add_argument("--reset-anchor", action="store_true", help="measure slow drift from this run on")
    _common.add_shared(parser, "dir", "report")


def act(options: argparse.Namespace) -> int:
    """0; anything that stands against accepting is an error."""
    project = _common.opened(options)
    written: list[Path] = []
    for name in options.run:
        _, paths = accept_run(project, name, reason=options.reason, reset_anchor=options.reset_anchor)
        written += paths
    _common.say_paths(written, project.root, as_json=options.json)
    return 0
