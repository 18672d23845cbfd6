"""Certify this machine's judge, or with --sound the gate of sound: how often it is wrong, what it sees.

The judge compares your pipeline with itself: unchanged, and with the head slowed down by work that is really
executed. What it says is counted and kept beside the machine's baseline: commit it. From then on a latency
limit tighter than the machine can resolve is refused. Takes a while; Ctrl-C keeps what is finished.

With --sound nothing is spoken: faults are planted in the goldens of the baseline, and what the gate says of
them is counted. With --write that is kept beside the baseline, and each gated run says it in a line. With
--seed the pipeline says the sentences once more under another seed, which should fail nothing, either.

example: tts-baseline certify
         tts-baseline certify --sessions 40 --levels 7,10 --tags short --budget 3600
         tts-baseline certify --continue --sessions 80
         tts-baseline certify --sound --write
         tts-baseline certify --sound --seed 1
"""

from __future__ import annotations

import argparse
import math
import signal

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.outside import line
from tts_baseline.report import certificate, sound_certificate
from tts_baseline.session import certify, certify_sound
from tts_baseline.session.certify import LEVELS, SESSIONS, Plan
from tts_baseline.session.certify_sound import SENTENCES, SoundPlan
from tts_baseline.session.project import Project

_INTERRUPTED = 128 + signal.SIGINT


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many sessions, of what, and for how long."""
    usual = ",".join(f"{level * 100:g}" for level in LEVELS)
    parser.add_argument(
        "--sessions", type=int, default=None, metavar="N",
        help=f"sessions at each level, and as many unchanged (default: {SESSIONS})",
    )  # fmt: skip
    parser.add_argument(
        "--levels", default=None, metavar="A,B", help=f"slowdowns in per cent (default: {usual})"
    )
    parser.add_argument(
        "--continue", dest="go_on", action="store_true",
        help="count the sessions of this machine's certificate, too, and add what is missing",
    )  # fmt: skip
    sound = parser.add_argument_group("with --sound")
    sound.add_argument("--sound", action="store_true", help="plant faults in goldens, and count what fails")
    sound.add_argument(
        "--sentences", type=int, default=None, metavar="N",
        help=f"plant them in at most N goldens (default: {SENTENCES})",
    )  # fmt: skip
    sound.add_argument(
        "--seed", type=int, default=None, metavar="N",
        help="let the pipeline say the sentences under this seed, too, which is no fault",
    )  # fmt: skip
    sound.add_argument("--write", action="store_true", help="keep the result beside the baseline")
    _common.add_shared(parser, "pipeline", "device", "optimize", "suite", "cases", "tags", "dir", "budget")


def act(options: argparse.Namespace) -> int:
    """0, or 130 where it was interrupted and kept what was finished."""
    _check(options)
    project = _common.opened(options)
    # A budget in pyproject.toml is that of a gate.
    budget = math.inf if options.budget is None else options.budget
    if options.sound:
        return _sound(options, project, budget)
    sessions = SESSIONS if options.sessions is None else options.sessions
    levels = LEVELS if options.levels is None else _levels(options.levels)
    plan = Plan(sessions=sessions, levels=levels, budget=budget, go_on=options.go_on)
    done = certify.certify(project, plan, _common.progress())
    if options.json:
        say_json(certificate.as_json(done.certificate, done.path, done.stopped).decode().rstrip())
    else:
        say(certificate.terminal(done.certificate, color=has_colors()))
        if done.stopped:
            say(done.stopped)
        _common.say_paths([done.path], project.root, as_json=False)
    return _INTERRUPTED if done.is_interrupted else 0


def _sound(options: argparse.Namespace, project: Project, budget: float) -> int:
    count = SENTENCES if options.sentences is None else options.sentences
    plan = SoundPlan(sentences=count, seed=options.seed, budget=budget, keep=options.write)
    done = certify_sound.certify(project, plan, _common.progress())
    if options.json:
        page = sound_certificate.as_json(done.certificate, done.path, done.stopped, done.deaf)
        say_json(page.decode().rstrip())
        return _INTERRUPTED if done.is_interrupted else 0
    say(sound_certificate.terminal(done.certificate, color=has_colors()))
    for remark in filter(None, (*done.deaf, done.stopped)):
        say(line(remark))
    if done.path is not None:
        _common.say_paths([done.path], project.root, as_json=False)
    else:
        say("nothing is kept: tts-baseline certify --sound --write")
    return _INTERRUPTED if done.is_interrupted else 0


def _check(options: argparse.Namespace) -> None:
    """Raise SettingsError for an option of the other kind of certificate."""
    of_times = {
        "--sessions": options.sessions,
        "--levels": options.levels,
        "--continue": options.go_on or None,
    }
    of_sound = {
        "--sentences": options.sentences,
        "--seed": options.seed,
        "--write": options.write or None,
    }
    misplaced = [
        name for name, value in (of_times if options.sound else of_sound).items() if value is not None
    ]
    if misplaced:
        where = "belongs to certify without --sound" if options.sound else "needs --sound"
        raise SettingsError(f"{misplaced[0]} {where}", hint="tts-baseline certify --help")


def _levels(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part.strip().removesuffix("%")) / 100 for part in text.split(","))
    except ValueError as error:
        raise SettingsError(
            f"--levels takes numbers, in per cent, joined by commas, not {text!r}",
            hint="tts-baseline certify --levels 5,10",
        ) from error
