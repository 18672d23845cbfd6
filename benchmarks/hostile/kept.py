"""Keeps what the studies of this folder counted: a section each in results.json."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tts_baseline.core import environment

RESULTS = Path(__file__).with_name("results.json")


def keep(section: str, page: dict[str, Any]) -> None:
    """Replace one section, with the commit and the machine that it was counted at."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=RESULTS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    known[section] = {"commit": commit.stdout.strip(), "machine": environment.read("cpu").hardware, **page}
    RESULTS.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")
