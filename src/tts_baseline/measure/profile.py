"""Where two arms spend their time: a fresh process of each, called in turn, outside all timed calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle, islice

from tts_baseline.core.profile import OperatorTime, PairedProfile, Stack
from tts_baseline.core.records import Case
from tts_baseline.measure.client import Worker
from tts_baseline.measure.pair import QUADS, Arm, PairPace, Side

Stacks = Counter[tuple[str, ...]]
_PROFILED = 2  # calls of each arm in the first quad, by torch's profiler
_LEAST = 0.001  # chosen: what takes less of a call is counted where it was called from


def measure(
    arms: Mapping[Side, Arm], cases: Sequence[Case], *, quads: int, calls: int, pace: PairPace
) -> PairedProfile:
    """The profile of `quads` quads, whose cases come in turn; each arm makes `calls` calls at a time.

    Raises PipelineError, RequestFailed or WorkerLost where an arm cannot be loaded, or cannot say a case.
    """
    spent: dict[Side, Stacks] = {"base": Counter(), "head": Counter()}
    operators: dict[Side, Counter[str]] = {"base": Counter(), "head": Counter()}
    own: set[str] = set()
    crews: list[tuple[Side, ...]] = [("base", "head")] if pace.together else [("base",), ("head",)]
    for crew in crews:
        with ExitStack() as stack:
            workers = {side: stack.enter_context(_worker(arms[side], pace)) for side in crew}
            for case in cases[:quads]:
                for worker in workers.values():
                    worker.speak(case.request, full=False, timeout=pace.timeout)
            for number, case in enumerate(islice(cycle(cases), quads)):
                for side in QUADS[number % 2]:
                    if side in crew:
                        profiled = workers[side].profile(
                            case.request, calls, timeout=pace.timeout, has_operators=number == 0
                        )
                        spent[side].update(dict(profiled.stacks))
                        operators[side].update(profiled.operators)
                        own.update(profiled.own)
    made = 2 * quads * calls
    return PairedProfile(
        cases=tuple(case.id for case in cases[:quads]),
        calls=made,
        stacks=_side_by_side(spent["base"], spent["head"], made),
        own=tuple(sorted(own)),
        operators=tuple(
            OperatorTime(
                name=name,
                base_s=operators["base"][name] / _PROFILED,
                head_s=operators["head"][name] / _PROFILED,
            )
            for name in sorted({*operators["base"], *operators["head"]})
        ),
    )


def _worker(arm: Arm, pace: PairPace) -> Worker:
    return Worker(arm.spec, load_timeout=pace.load_timeout, python=arm.python)


def _side_by_side(base: Stacks, head: Stacks, calls: int) -> tuple[Stack, ...]:
    """Seconds a call by stack, in the order of their names; the least of them are their callers'."""
    least = _LEAST * max(base.total(), head.total())
    base, head = Counter(base), Counter(head)
    for functions in sorted({*base, *head}, key=len, reverse=True):
        if len(functions) > 1 and max(base[functions], head[functions]) < least:
            for arm in (base, head):
                arm[functions[:-1]] += arm.pop(functions, 0)
    return tuple(
        Stack(functions=functions, base_s=base[functions] / calls, head_s=head[functions] / calls)
        for functions in sorted({*base, *head})
        if functions and (base[functions] or head[functions])
    )
