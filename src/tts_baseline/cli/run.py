"""Measure the suite and gate it against the baselines, without pytest.

The run is left pending in the report folder: accept it, reject it, or compare it later.

example: tts-baseline run --pipeline my_tts:synthesize --suite cases.toml
"""

from __future__ import annotations

import argparse

from tts_baseline.cli import _common
from tts_baseline.session import gating


def add_options(parser: argparse.ArgumentParser) -> None:
    """The shared options, and how many sessions to measure."""
    _common.add_shared(parser)
    parser.add_argument(
        "--sessions", type=int, default=1, metavar="N", help="measure N times, N pending runs (default: 1)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show every case's readings")


def act(options: argparse.Namespace) -> int:
    """Exit status of the worst session."""
    project = _common.opened(options)
    worst = 0
    runs = []
    for _ in range(max(1, options.sessions)):
        outcome = gating.gate(project, project.chosen, _common.progress())
        runs.append(outcome.run.id)
        worst = max(worst, _common.show(project, outcome, as_json=options.json, verbose=options.verbose))
    if len(runs) > 1 and not options.json:
        _common.say(f'accept all: tts-baseline accept {" ".join(runs)} --reason "..."')
    return worst
