"""Print the dialect passport of a run: what each region asks for, by whom, and what was measured of it.

Nothing is measured anew, and nothing is judged: the recordings of a pending run are listened to.

example: tts-baseline passport --region rioplatense
         tts-baseline passport last --write PASSPORT.md
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import msgspec

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core.files import write_atomic
from tts_baseline.report import passport as report
from tts_baseline.report.table import WIDTH
from tts_baseline.session.passport import passports


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of which run and region, and where the page goes."""
    parser.add_argument("run", metavar="RUN", nargs="?", default="last", help="its id, or `last` (default)")
    parser.add_argument("--region", help="such as rioplatense (default: each that the run has cases of)")
    parser.add_argument("--write", metavar="PATH", help="replace this file by a Markdown page")
    _common.add_shared(parser, "dir", "report")


def act(options: argparse.Namespace) -> int:
    """0: a passport is no verdict."""
    project = _common.opened(options)
    found = passports(project, options.run, options.region)
    if options.write:
        write_atomic(Path(options.write), report.page(found).encode())
        _common.say_paths([Path(options.write)], project.root, as_json=options.json)
    elif options.json:
        say_json(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        width = max(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
        say("\n\n".join(report.terminal(each, width=width, color=has_colors()) for each in found))
    return 0
