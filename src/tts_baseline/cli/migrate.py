"""Bring the baselines of an older version up to date: goldens named by content, a history, own folders.

Nothing is measured, and no accepted value changes. Older layouts are read without it, too; done twice, or
after it was interrupted, it does what is left to do.

example: tts-baseline migrate && git add --all baselines
"""

from __future__ import annotations

import argparse
import json

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.outside import line
from tts_baseline.session.migrate import migrate


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which baselines."""
    _common.add_shared(parser, "dir")


def act(options: argparse.Namespace) -> int:
    """0, once nothing is left to do."""
    project = _common.opened(options)
    moved = [
        (_common.shown(before, project.root), _common.shown(now, project.root))
        for before, now in migrate(project)
    ]
    if options.json:
        say_json(json.dumps({"moved": moved}, indent=1))
        return 0
    for before, now in moved:
        say(f"wrote {line(now)}" if before == now else f"moved {line(before)} to {line(now)}")
    if not moved:
        say("nothing to do: the baselines are up to date")
    return 0
