"""Keeps what the studies of this folder counted: a section each in results.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tts_baseline.core import environment, git

RESULTS = Path(__file__).with_name("results.json")


def keep(section: str, page: dict[str, Any]) -> None:
    """Replace one section, with the commit and the machine that it was counted at."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    machine = environment.read("cpu").hardware
    known[section] = {"commit": git.commit(RESULTS.parent)[0], "machine": machine, **page}
    RESULTS.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")
