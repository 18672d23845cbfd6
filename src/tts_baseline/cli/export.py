"""Write a run for other programs: OpenMetrics, pytest-benchmark's JSON, our own JSON, JUnit properties.

example: tts-baseline export last --format openmetrics --write tts.prom
         tts-baseline export last --format pytest_benchmark --write .benchmarks/now.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.files import write_atomic
from tts_baseline.report.format import View, formats


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, in which format, and where it goes."""
    known = {name: of for name, of in formats().items() if of.spec.reader == "programs"}
    parser.add_argument("run", metavar="RUN", help="id, part of an id, `last`, or a downloaded folder")
    parser.add_argument(
        "--format", choices=tuple(known), metavar="NAME", required=True, help="one of those below"
    )
    parser.add_argument("--write", metavar="PATH", type=Path, help="replace this file instead of printing")
    _common.add_shared(parser, "dir", "report")
    parser.epilog = "formats:\n" + "\n".join(f"  {name:<16} {of.doc}" for name, of in known.items())


def act(options: argparse.Namespace) -> int:
    """0: what was decided of the run is in the file, and not this command's."""
    project = _common.opened(options)
    page = formats()[options.format].render(_common.reopened(project, options.run), View())
    if options.write:
        write_atomic(options.write, page.encode())
        _common.say_paths([options.write], project.root, as_json=options.json)
    elif options.json:
        say_json(json.dumps({"page": page}))
    else:
        say(page.rstrip("\n"))
    return 0
