"""A judgement that is made up, for the tests of what is made of one."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.judgement import Against, Judgement, Paired
from tts_baseline.core.records import Case


def judgement(restarts: Sequence[Paired], *cases: str) -> Judgement:
    """Of these restarts, of all their cases or of those that are named."""
    ids = cases or sorted({case for one in restarts for case in one.orders})
    return Judgement(
        created="2026-11-22T00:00:00+00:00",
        commit=None,
        dirty=False,
        against=Against(name="main"),
        cases=tuple(Case(id=case, text=case) for case in ids),
        restarts=tuple(restarts),
        seconds=1.0,
    )
