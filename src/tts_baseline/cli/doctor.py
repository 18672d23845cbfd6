"""Say what this machine can measure, and how steady it is: settings, pipeline, baselines, noise.

The last lines are the options that need more than a plain installation, and what each would need here.
With --baselines nothing is measured: everything that was accepted is checked, files, hashes and history.

example: tts-baseline doctor
         tts-baseline doctor --baselines
"""

from __future__ import annotations

import argparse
import json

from tts_baseline.cli import _common
from tts_baseline.cli._streams import say, say_json
from tts_baseline.core.outside import line
from tts_baseline.session import audit, doctor

_NARROWEST = 15  # columns of what was looked at


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which pipeline to look at, or whether to look at what was accepted."""
    parser.add_argument("--baselines", action="store_true", help="check everything that was accepted")
    _common.add_shared(parser, "pipeline", "device", "optimize", "suite", "dir")


def act(options: argparse.Namespace) -> int:
    """0, or 2 where something that a gate needs is missing, or not as it was accepted."""
    project = _common.opened(options)
    findings = audit.examine(project) if options.baselines else doctor.examine(project)
    if options.json:
        say_json(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        width = max(_NARROWEST, *(len(finding.what) for finding in findings))
        for finding in findings:
            say(f"{'ok   ' if finding.fine else 'BAD  '} {finding.what:<{width}} {line(finding.found)}")
            if finding.next:
                say(f"{'':<{width + 6}} next: {line(finding.next)}")
    return 0 if all(finding.fine for finding in findings) else 2
