"""Limits beside the limit: one that only warns, and those of single cases by their tags."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.core.records import Run
from tts_baseline.core.verdict import FAILING, Verdict, Verdicts
from tts_baseline.gate.limits import Limit

Decide = Callable[[Mapping[str, Limit]], Verdicts]


def graded(decided: Verdicts, run: Run, limits: Mapping[str, Limit], decide: Decide) -> Verdicts:
    """The verdicts, where cases have limits of their tags, and where what passes is beyond a soft limit.

    `decide` decides anew under other limits: nothing is, where no limit of what was judged says so.
    """
    for gate, limit in limits.items():
        taken: set[str] = set()
        for tag, own in limit.by_tag:
            cases = {case.id for case in run.cases if tag in case.tags} - taken
            if cases:
                decided = _of_cases(decided, decide({**limits, gate: own}), gate, cases)
            taken |= cases
    judged = {verdict.gate for verdict in decided.combined}
    soft = {gate: limit.soft for gate, limit in limits.items() if limit.soft is not None and gate in judged}
    if not soft:
        return decided
    tighter = decide({**limits, **soft}).combined
    warned = (
        replace(v, warned=beside.limit)
        if v.gate in soft and beside.status in FAILING and v.status not in FAILING
        else v
        for v, beside in zip(decided.combined, tighter, strict=True)
    )
    return replace(decided, combined=tuple(warned))


def _of_cases(decided: Verdicts, anew: Verdicts, gate: str, cases: Collection[str]) -> Verdicts:
    def mixed(these: Sequence[Verdict], those: Sequence[Verdict]) -> tuple[Verdict, ...]:
        both = zip(these, those, strict=True)
        return tuple(new if old.gate == gate and old.case in cases else old for old, new in both)

    return Verdicts(
        screen=mixed(decided.screen, anew.screen),
        pair=mixed(decided.pair, anew.pair),
        combined=mixed(decided.combined, anew.combined),
    )
