"""Print the page of what was accepted, from the baselines alone; with RUN, that run's report.

example: tts-baseline report --write PERFORMANCE_BASELINE.md
         tts-baseline report last --format markdown
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import read_bounded, write_atomic
from tts_baseline.core.outside import line
from tts_baseline.report.format import View, formats
from tts_baseline.session.project import Project


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is shown, in which format, and where the page goes."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="id, part of an id, `last`, or a downloaded folder"
    )
    parser.add_argument(
        "--format", choices=tuple(formats()), metavar="NAME",
        help="one of those below (default: performance; of a RUN: markdown)",
    )  # fmt: skip
    parser.add_argument("--write", metavar="PATH", help="replace this file instead of printing")
    parser.add_argument("--check", metavar="PATH", help="exit with 1 if this file is not up to date")
    _common.add_shared(parser, "dir", "report")
    parser.epilog = "formats:\n" + "\n".join(f"  {name:<12} {of.doc}" for name, of in formats().items())


def act(options: argparse.Namespace) -> int:
    """0, or 1 where the checked file is stale."""
    project = _common.opened(options)
    page = _page(project, options.run, options.format or ("markdown" if options.run else "performance"))
    if options.check:
        path = Path(options.check)
        stale = not _holds(path, page.encode())
        answer = f"is stale: {_command(options, path)}" if stale else "is up to date"
        if options.json:
            say_json(json.dumps({"path": str(path), "stale": stale}))
        else:
            say(f"{line(str(path))} {line(answer)}")
        return int(stale)
    if options.write:
        write_atomic(Path(options.write), page.encode())
        _common.say_paths([Path(options.write)], project.root, as_json=options.json)
    elif options.json:
        say_json(json.dumps({"page": page}))
    else:
        say(page)
    return 0


def _holds(path: Path, page: bytes) -> bool:
    try:
        return read_bounded(path, len(page)) == page
    except OSError:
        return False


def _command(options: argparse.Namespace, path: Path) -> str:
    """What brings the checked file up to date."""
    run = [options.run] if options.run else []
    chosen = ["--format", options.format] if options.format else []
    return " ".join(["tts-baseline report", *run, *chosen, "--write", str(path)])


def _page(project: Project, run: str | None, name: str) -> str:
    chosen = formats()[name]
    if chosen.spec.of == "run":
        if run is None:
            raise SettingsError(
                f"the format {name!r} shows a run, and none is named",
                hint=f"tts-baseline report last --format {name}",
            )
        return chosen.render(_common.reopened(project, run), View())
    if run is not None:
        raise SettingsError(
            f"the format {name!r} shows everything that was accepted, not a run",
            hint=f"tts-baseline report --format {name}",
        )
    return chosen.render(project.root / project.settings.dir)
