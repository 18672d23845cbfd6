"""docs/voice.md says of the student what the results beside the benchmark say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "voice.md").read_text(encoding="utf-8")
STUDENT: dict[str, Any] = json.loads((ROOT / "benchmarks" / "voice" / "student.json").read_text())
ARMS = ("voice", "voice in 4 steps", "student")


def cells(name: str) -> list[str]:
    """The cells of the row of this name in the student's section."""
    section = PAGE.partition("## A student in four steps")[2]
    (row,) = [line for line in section.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


@pytest.mark.parametrize(
    ("name", "key", "shown"),
    [
        ("words heard wrong", "wer", lambda value: f"{100 * value:.1f} %"),
        ("characters", "cer", lambda value: f"{100 * value:.1f} %"),
        ("phrases heard twice", "repeated", str),
        ("DNSMOS P.808", "p808", lambda value: f"{value:.2f}"),
        ("DNSMOS P.835 overall", "ovrl", lambda value: f"{value:.2f}"),
        ("gates that fail", "fails", lambda names: ", ".join(f"`{name}`" for name in names) or "none"),
    ],
)
def test_the_students_table(name: str, key: str, shown: Any) -> None:
    assert cells(name) == [shown(STUDENT[arm][key]) for arm in ARMS]


def test_the_students_share_of_the_time() -> None:
    wanted = ("{:.2f} [{:.2f}, {:.2f}]".format(*STUDENT[arm]["of the voice's seconds"]) for arm in ARMS[1:])
    assert cells("of the voice's time [95 %]") == ["1", *wanted]
