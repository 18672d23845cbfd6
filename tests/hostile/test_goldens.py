"""A sample of benchmarks/hostile/truth.py: forgeries of every kind, and accepts at the same time."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.truth.crowds import rounds
from tests.hostile.truth.forgeries import KINDS, tries


def test_no_forgery_becomes_a_golden(tmp_path: Path) -> None:
    made = list(tries(len(KINDS), tmp_path))
    assert {one.kind for one in made} == KINDS.keys()
    assert [one for one in made if one.wrong] == []


def test_accepts_at_the_same_time_leave_what_a_sequence_of_them_leaves(tmp_path: Path) -> None:
    made = list(rounds(2, tmp_path, most=3))
    assert [one for one in made if one.wrong] == []
