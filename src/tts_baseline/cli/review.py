"""Print how the accepted runs of each machine have moved: steps, and slow drift. Nothing is measured.

A step is a change of the level that several runs share; it is marked, and never fails anything.
A run whose audio was broken is taken out of what times are compared with, and can be put back.

example: tts-baseline review
         tts-baseline review --gate memory --write REVIEW.md
         tts-baseline review --taint 20261122-203603-215d --reason "half of each sentence was missing"
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import msgspec

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core import settings
from tts_baseline.core.files import write_atomic
from tts_baseline.core.outside import line
from tts_baseline.core.table import find_root
from tts_baseline.report import review as report
from tts_baseline.session.review import EVERY, review
from tts_baseline.session.taint import taint


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to look at, and where the page goes."""
    parser.add_argument(
        "--gate",
        metavar="NAME",
        default="latency",
        help="whose trend: latency (default), or any gate of times or sizes",
    )
    parser.add_argument("--machine", metavar="KEY", default="", help="only machines with this in their key")
    parser.add_argument("--write", metavar="PATH", help="replace this file by a Markdown page")
    parser.add_argument("--pipeline", metavar="NAME", help="another pipeline than the settings', or all")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--taint",
        metavar="RUN|REV..REV",
        help="take an accepted run, or those of these commits, out of the speed baseline",
    )
    which.add_argument("--untaint", metavar="RUN|REV..REV", help="put them back")
    parser.add_argument("--reason", default="", help="why --taint or --untaint; kept with the baseline")
    _common.add_shared(parser, "dir", "report")


def act(options: argparse.Namespace) -> int:
    """0: what is accepted is not judged again."""
    if options.taint is not None or options.untaint is not None:
        return _taint(options)
    root = find_root(Path.cwd())
    chosen = settings.read(root, {"pipeline": options.pipeline, "dir": options.dir})
    histories = review(root, chosen, gate=options.gate, machine=options.machine)
    if options.write:
        write_atomic(Path(options.write), report.page(histories).encode())
        _common.say_paths([Path(options.write)], root, as_json=options.json)
    elif options.json:
        say_json(msgspec.json.format(msgspec.json.encode(histories), indent=1).decode())
    else:
        width = shutil.get_terminal_size((report.WIDTH, 24)).columns
        width = max(width, report.WIDTH)
        say(report.terminal(histories, width=width, color=has_colors()))
    return 0


def _taint(options: argparse.Namespace) -> int:
    back = options.taint is None
    every = options.pipeline == EVERY
    if every:
        options.pipeline = None
    project = _common.opened(options)
    done = taint(
        project,
        options.untaint if back else options.taint,
        reason=options.reason,
        pipeline=EVERY if every else "",
        back=back,
    )
    if options.json:
        say_json(msgspec.json.format(msgspec.json.encode(done, enc_hook=str), indent=1).decode())
        return 0
    word = "back in the speed baseline" if back else "out of the speed baseline"
    say(f"{word}: {', '.join(done.runs)}")
    for verdict in done.anew:
        say(line(f"{verdict.run}: {verdict.gate} {verdict.before} -> {verdict.now}"))
    _common.say_paths(done.written, project.root, as_json=False)
    return 0
