"""Print PERFORMANCE_BASELINE.md, made from the accepted baselines alone.

example: tts-baseline report --write PERFORMANCE_BASELINE.md
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tts_baseline.cli import _common
from tts_baseline.core.files import write_atomic
from tts_baseline.report import performance_page


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where the page goes."""
    parser.add_argument("--write", metavar="PATH", help="replace this file instead of printing")
    parser.add_argument("--check", metavar="PATH", help="exit with 1 if this file is not up to date")
    _common.add_shared(parser, "dir")


def act(options: argparse.Namespace) -> int:
    """0, or 1 where the checked file is stale."""
    project = _common.opened(options)
    page = performance_page.render(project.root / project.settings.dir)
    if options.check:
        path = Path(options.check)
        stale = not path.is_file() or path.read_bytes() != page.encode()
        answer = "is stale: tts-baseline report --write " + str(path) if stale else "is up to date"
        _common.say(json.dumps({"path": str(path), "stale": stale}) if options.json else f"{path} {answer}")
        return int(stale)
    if options.write:
        write_atomic(Path(options.write), page.encode())
        _common.say_paths([Path(options.write)], project.root, as_json=options.json)
    else:
        _common.say(json.dumps({"page": page}) if options.json else page)
    return 0
