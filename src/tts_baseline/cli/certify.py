"""Certify this machine: how often the judge is wrong here, what it sees, and how soon.

The judge compares your pipeline with itself: unchanged, and with the head slowed down by work that is really
executed. What it says is counted and kept beside the machine's baseline: commit it. From then on a latency
limit tighter than the machine can resolve is refused. Takes a while; Ctrl-C keeps what is finished.

example: tts-baseline certify
         tts-baseline certify --sessions 40 --levels 7,10 --tags short --budget 3600
         tts-baseline certify --continue --sessions 80
"""

from __future__ import annotations

import argparse
import math
import signal

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core.errors import SettingsError
from tts_baseline.report import certificate
from tts_baseline.session import certify
from tts_baseline.session.certify import LEVELS, SESSIONS, Plan

_INTERRUPTED = 128 + signal.SIGINT


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many sessions, of what, and for how long."""
    usual = ",".join(f"{level * 100:g}" for level in LEVELS)
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS, metavar="N",
        help=f"sessions at each level, and as many unchanged (default: {SESSIONS})",
    )  # fmt: skip
    parser.add_argument(
        "--levels", default=usual, metavar="A,B", help=f"slowdowns in per cent (default: {usual})"
    )
    parser.add_argument(
        "--continue", dest="go_on", action="store_true",
        help="count the sessions of this machine's certificate, too, and add what is missing",
    )  # fmt: skip
    _common.add_shared(parser, "pipeline", "device", "optimize", "suite", "cases", "tags", "dir", "budget")


def act(options: argparse.Namespace) -> int:
    """0, or 130 where it was interrupted and kept what was finished."""
    project = _common.opened(options)
    # A budget in pyproject.toml is that of a gate.
    budget = math.inf if options.budget is None else options.budget
    plan = Plan(sessions=options.sessions, levels=_levels(options.levels), budget=budget, go_on=options.go_on)
    done = certify.certify(project, plan, _common.progress())
    if options.json:
        say_json(certificate.as_json(done.certificate, done.path, done.stopped).decode().rstrip())
    else:
        say(certificate.terminal(done.certificate, color=has_colors()))
        if done.stopped:
            say(done.stopped)
        _common.say_paths([done.path], project.root, as_json=False)
    return _INTERRUPTED if done.is_interrupted else 0


def _levels(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part.strip().removesuffix("%")) / 100 for part in text.split(","))
    except ValueError as error:
        raise SettingsError(
            f"--levels takes numbers, in per cent, joined by commas, not {text!r}",
            hint="tts-baseline certify --levels 5,10",
        ) from error
