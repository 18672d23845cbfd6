"""Restarts and judgements made of numbers, and workers that stand in for real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.support.calls import calls, replicate
from tts_baseline.core.judgement import Against, Judgement, Paired
from tts_baseline.core.records import Calls, Case, Replicate


def restart(
    base: Mapping[str, Calls] | Replicate,
    head: Mapping[str, Calls] | Replicate,
    order: str = "",
    *,
    cold: tuple[float, float] = (1.0, 1.0),
    **fields: object,
) -> Paired:
    """Of these calls, case by case, in quads; `cold` are the seconds that each arm takes to start."""
    base, head = (
        arm if isinstance(arm, Replicate) else replicate(arm, start)
        for arm, start in zip((base, head), cold, strict=True)
    )
    every = {**head.calls, **base.calls}
    orders = {case: order or "ABBA" * (len(calls.wall_s) // 2) for case, calls in every.items()}
    return Paired(base=base, head=head, orders=orders, **fields)


def even(cases: Sequence[str], base_s: float, head_s: float, *, cores: float = 1.0, count: int = 2) -> Paired:
    """A restart whose calls all take the same time, whatever the case."""
    arms = (dict.fromkeys(cases, calls([wall] * count, cores)) for wall in (base_s, head_s))
    return restart(*arms)


def judgement(restarts: Sequence[Paired], *cases: str, **fields: object) -> Judgement:
    """Of these restarts, of all their cases or of those that are named."""
    ids = cases or sorted({case for restart in restarts for case in restart.orders})
    usual = {"created": "2026-11-22T00:00:00+00:00", "commit": None, "dirty": False, "seconds": 1.0}
    return Judgement(
        against=Against(name="main"),
        cases=tuple(Case(id=case, text=case) for case in ids),
        restarts=tuple(restarts),
        **usual | fields,
    )
