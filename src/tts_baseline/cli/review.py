"""Print how the accepted runs of each machine have moved: steps, and slow drift. Nothing is measured.

A step is a change of the level that several runs share; it is marked, and never fails anything.

example: tts-baseline review
         tts-baseline review --gate memory --write REVIEW.md
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
from tts_baseline.core.table import find_root
from tts_baseline.report import review as report
from tts_baseline.session.review import review


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
    _common.add_shared(parser, "dir")


def act(options: argparse.Namespace) -> int:
    """0: what is accepted is not judged again."""
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
