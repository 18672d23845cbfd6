"""Measure the suite and gate it against the baselines, without pytest.

The run is left pending in the report folder: accept it, reject it, or compare it later.

example: tts-baseline run --pipeline my_tts:synthesize --suite cases.toml
"""

from __future__ import annotations

import argparse

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say
from tts_baseline.core.errors import SettingsError
from tts_baseline.session.run import gate


def add_options(parser: argparse.ArgumentParser) -> None:
    """The shared options, and how many sessions to measure."""
    _common.add_shared(parser)
    parser.add_argument(
        "--sessions", type=int, default=1, metavar="N", help="measure N times, N pending runs (default: 1)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show every case's readings")


def act(options: argparse.Namespace) -> int:
    """Exit status of the worst session."""
    if options.sessions < 1:
        raise SettingsError(
            f"--sessions must be at least 1, not {options.sessions}", hint="tts-baseline run --help"
        )
    project = _common.opened(options)
    outcomes = []
    for _ in range(options.sessions):
        outcome = gate(project, project.chosen, _common.progress())
        outcomes.append(outcome)
        if not options.json:
            _common.show(project, outcome, verbose=options.verbose)
    if options.json:
        _common.show_json(outcomes)
    elif len(outcomes) > 1:
        runs = " ".join(outcome.run.id for outcome in outcomes)
        say(f'accept all: tts-baseline accept {runs} --reason "..."')
    return max(_common.status(project, outcome) for outcome in outcomes)
