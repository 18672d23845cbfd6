"""Measure the suite and print its figures: speed and memory, or sound. Nothing is judged.

The run is left pending, as `run` leaves it: the same figures can be shown again, and accepted.

example: tts-baseline benchmark performance --output before.json
         tts-baseline benchmark performance --compare before.json
         tts-baseline benchmark quality last --output quality.html --ratings ratings.csv
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from tts_baseline.cli import _common
from tts_baseline.cli._streams import has_colors, say, say_json
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.options import OPTIONS
from tts_baseline.report.benchmark import changes, page, text
from tts_baseline.report.benchmark.figures import Benchmark, BenchmarkKind
from tts_baseline.report.table import WIDTH, Sheet
from tts_baseline.session.benchmark import looked_up, measured


def _json(shown: Benchmark, more: Sequence[Sheet] = ()) -> str:
    return msgspec.json.format(msgspec.json.encode(shown), indent=1).decode() + "\n"


_OF_VERDICTS = ("missing", "undecided", "against", "base_python")  # where nothing is judged, none would act
_FORMS: Mapping[str, Callable[[Benchmark, Sequence[Sheet]], str]] = {
    ".json": _json,
    ".md": text.page,
    ".html": page.html,
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is shown, of which run, where it goes, and what it is compared with."""
    parser.add_argument(
        "kind", metavar="KIND", choices=get_args(BenchmarkKind), help="performance or quality"
    )
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="a pending run instead of a new one: its id, or `last`"
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, action="append", default=[],
        help="write it to this file, too: .json, .md or .html; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--compare", metavar="FILE", type=Path, help="a .json that --output wrote: show what has moved since"
    )
    parser.add_argument(
        "--ratings",
        metavar="FILE",
        type=Path,
        help="of quality: what listeners said, as CSV, beside the metrics",
    )
    _common.add_shared(parser, *(name for name in OPTIONS if name not in _OF_VERDICTS))


def act(options: argparse.Namespace) -> int:
    """0: figures are no verdict."""
    for path in options.output:
        if path.suffix not in _FORMS:
            raise SettingsError(
                f"--output has no form {path.suffix!r}; there are {', '.join(_FORMS)}",
                where=str(path),
                hint=f"--output {path.stem or 'benchmark'}.html",
            )
    if options.ratings and options.kind != "quality":
        raise SettingsError(
            "listeners rate how it sounds, and no performance",
            where=str(options.ratings),
            hint=f"tts-baseline benchmark quality {options.run or 'last'} --ratings {options.ratings}",
        )
    before = changes.read(options.compare, options.kind) if options.compare else None
    project = _common.opened(options)
    if options.run is None:
        shown = measured(project, project.chosen, options.kind, _common.progress(), options.ratings)
    else:
        shown = looked_up(project, options.run, options.kind, options.ratings)
    every = [changes.moved(before, shown, all_figures=True)] if before else []
    for path in options.output:
        write_atomic(path, _FORMS[path.suffix](shown, every).encode())
    if options.json:
        say_json(_json(shown).rstrip())
        return 0
    width = max(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    apart = [changes.moved(before, shown)] if before else []
    say(text.terminal(shown, apart, width=width, color=has_colors()))
    if options.output:
        _common.say_paths(options.output, project.root, as_json=False)
    return 0
