"""Which cases of two runs are the same request."""

from __future__ import annotations

from msgspec import Struct

from tts_baseline.core.records import Run


class Alike(Struct, frozen=True):
    """The cases that two runs ask in the same words, and whether their processes began with the same ones."""

    cases: frozenset[str]
    is_first: bool


def alike(then: Run, now: Run) -> Alike:
    """What `now` asks as `then` did: for all metrics, for it takes as long as the values of one."""
    return Alike(frozenset(asked_alike(then, now)), _asked_first(then) == _asked_first(now))


def asked_alike(then: Run, now: Run) -> set[str]:
    """The cases of `now` that `then` asked in the same words, region, style, speed and seed."""
    before = {case.id: case for case in then.cases}
    return {
        case.id
        for case in now.cases
        # Most cases are equal, and comparing them takes a tenth of making two requests.
        if (old := before.get(case.id)) is not None and (old == case or old.request == case.request)
    }


def _asked_first(run: Run) -> set[str]:
    return {r.cold_start.case for r in run.replicates if r.cold_start is not None}
