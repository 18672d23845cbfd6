"""The pages that people read, and what stands in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# PERFORMANCE_BASELINE.md is generated, and tested where it is made.
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if path.name != "PERFORMANCE_BASELINE.md"
}
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return [text for name, text in _FENCED.findall(PAGES[page]) if name == language]


def spans(page: str) -> list[str]:
    """The inline code of a page."""
    return re.findall(r"`([^`\n]+)`", _FENCED.sub("", PAGES[page]))


def command_lines(page: str) -> list[str]:
    """What a page says to type: its inline code and the lines of its blocks, without comments and prompts."""
    shown = [line for _, text in _FENCED.findall(PAGES[page]) for line in text.splitlines()]
    return [line.partition(" #")[0].removeprefix("$ ").strip() for line in (*shown, *spans(page))]


def results(benchmark: str) -> dict[str, Any]:
    """The committed results of a benchmark."""
    return json.loads((ROOT / "benchmarks" / benchmark / "results.json").read_text(encoding="utf-8"))
