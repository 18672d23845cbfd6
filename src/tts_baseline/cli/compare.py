"""Judge a pending run again, against the baselines as they are now; nothing is measured.

example: tts-baseline compare last --case hola
"""

from __future__ import annotations

import argparse

from msgspec.structs import replace

from tts_baseline.cli import _common
from tts_baseline.core.errors import SuiteError
from tts_baseline.core.registry import nearest
from tts_baseline.session import gating


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and whether one case is of interest."""
    parser.add_argument("run", metavar="RUN", help="id, part of an id, `last`, or a downloaded folder")
    parser.add_argument("--case", metavar="ID", help="only this case, with its verdicts one by one")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every case's readings")
    _common.add_shared(parser, "dir", "report", "undecided", "missing")


def act(options: argparse.Namespace) -> int:
    """0, or 1 where a verdict fails the build."""
    project = _common.opened(options)
    outcome = gating.reopen(project, options.run)
    if options.case is None:
        if options.json:
            _common.show_json([outcome])
        else:
            _common.show(project, outcome, verbose=options.verbose)
        return _common.status(project, outcome)
    ids = [case.id for case in outcome.run.cases]
    if options.case not in ids:
        raise SuiteError(
            f"run {outcome.run.id} has no case {options.case!r}{nearest(options.case, ids)}",
            hint=f"tts-baseline compare {outcome.run.id} -v",
        )
    only = replace(outcome, verdicts=tuple(v for v in outcome.verdicts if v.case == options.case))
    if options.json:
        _common.show_json([only])
    else:
        _common.say(gating.explained(only, only.verdicts))
    return _common.status(project, only)
