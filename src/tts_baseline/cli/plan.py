"""Print what the Spanish pipeline would say, and how: chunks, intonation, pauses, and what is left out.

example: tts-baseline plan "¿Qué [!]querés? [pause 300ms] Mirá." --region rioplatense
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from tts_baseline.cli._streams import say, say_json
from tts_baseline.core import settings
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.core.table import find_root
from tts_baseline.report import text_plan

_LONGEST = 2**20  # chosen: a thick book


def add_options(parser: argparse.ArgumentParser) -> None:
    """The request to plan."""
    parser.add_argument("text", metavar="TEXT", help="the text, or - to read it from standard input")
    parser.add_argument("--region", default="neutral", help="such as rioplatense (default: neutral)")
    parser.add_argument("--style", help="such as happy (default: neutral)")
    parser.add_argument("--speed", type=float, default=1.0, help="0.25 to 4 (default: 1)")
    parser.add_argument("--why", action="store_true", help="show what was read, as what, by which rule")
    parser.add_argument("--json", action="store_true", help="print machine-readable JSON")


def act(options: argparse.Namespace) -> int:
    """0: the plan is printed, under the settings in [tool.tts-baseline.pipelines.f5_spanish]."""
    from tts_baseline.pipelines.f5_spanish.planning import preview
    from tts_baseline.pipelines.f5_spanish.settings import read
    from tts_baseline.pipelines.f5_spanish.voice.folder import unfolded

    root = find_root(Path.cwd())
    chosen = read(unfolded(settings.read(root, {}).pipelines.get("f5_spanish", {}), root=root))
    request = Request(
        text=_text(options.text), region=options.region, style=options.style, speed=options.speed
    )
    plan = preview(request, chosen, root=root, why=options.why)
    if options.json:
        say_json(msgspec.json.format(msgspec.json.encode(plan), indent=1).decode())
    else:
        say(text_plan.render(plan, why=options.why))
    return 0


def _text(given: str) -> str:
    if given != "-":
        return given
    try:
        data = sys.stdin.buffer.read(_LONGEST + 1)
        if len(data) > _LONGEST:
            raise RequestFailed(
                f"the text is longer than {_LONGEST >> 20} MiB",
                where="standard input",
                hint="head -c 100000 FILE | tts-baseline plan -",
            )
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestFailed(
            f"the text is not UTF-8: {error.reason} at byte {error.start}",
            where="standard input",
            hint="iconv -t utf-8 FILE | tts-baseline plan -",
        ) from error
