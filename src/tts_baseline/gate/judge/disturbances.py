"""What disturbed the judge's measurement, in numbers. Reported, never gated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Literal

from msgspec import Struct

from tts_baseline.core.judgement import Judgement, Paired
from tts_baseline.gate.judge.paired import quad_slices
from tts_baseline.stats import diagnostics

# chosen: a smaller effect is not worth an action, however clear it is among many calls.
_OF_ACCOUNT = 0.01
# chosen: six kinds are looked for in every session, and a false report costs more than silence.
_RARE = 0.001
# With a tenth of the CPU time stolen, restarts of short calls spread twice as much (docs/judge.md).
STOLEN = 0.1


class Stolen(Struct, frozen=True):
    """The largest share of CPU time that the host took from a restart, and how many were measured again."""

    share: float
    again: int


class Throttled(Struct, frozen=True):
    """How many quads were left out because the GPU slowed itself down."""

    quads: int


Kind = Literal["modes", "drift", "first call", "neighbours", "stolen", "throttled"]


class Disturbance(Struct, frozen=True):
    """What was looked for, the numbers that were seen, and whether they are of account."""

    kind: Kind
    seen: (
        diagnostics.Spread
        | diagnostics.Drift
        | diagnostics.Effect
        | diagnostics.Correlation
        | Stolen
        | Throttled
    )
    is_plain: bool


class _Calls(Struct, frozen=True):
    """One process's calls of one case: logs of wall times in time order, less their mean over processes.

    Where they are differences between the arms, `process` names the pair of a restart, with the arm "both".
    """

    process: tuple[int, str]
    case: str
    residuals: tuple[float, ...]


def disturbances(judgement: Judgement) -> tuple[Disturbance, ...]:
    """All, in the order in which they matter: modes, drift, first call, neighbours, stolen, throttled."""
    calls = list(_calls(judgement.restarts))
    if not calls:
        return ()
    return tuple(
        disturbance
        for disturbance in (
            _modes(list(_differences(judgement.restarts)) or calls),
            _drift(calls),
            _first_call(judgement.restarts),
            _neighbours(calls),
            _stolen(judgement),
            _throttled(judgement.restarts),
        )
        if disturbance is not None
    )


# By arm and case: the number of a restart, and the values that it has of them.
_Columns = dict[tuple[str, str], list[tuple[int, list[float]]]]


def _calls(restarts: Sequence[Paired]) -> Iterator[_Calls]:
    columns: _Columns = {}
    for index, restart in enumerate(restarts):
        for arm, replicate in (("base", restart.base), ("head", restart.head)):
            for case, calls in replicate.calls.items():
                logs = [math.log(wall) for wall in calls.wall_s if wall > 0]
                if logs:
                    columns.setdefault((arm, case), []).append((index, logs))
    return _centred(columns)


def _differences(restarts: Sequence[Paired]) -> Iterator[_Calls]:
    """Differences of neighbouring calls, scaled to one process; none of arms that ran alone.

    They leave out what both processes of a restart have in common, such as the core that they share.
    """
    columns: _Columns = {}
    for index, restart in enumerate(restarts):
        for case, order in restart.orders.items():
            both = _both(restart, case)
            near = [value / math.sqrt(2) for value in _steps(order, *both)] if both else []
            if near:
                columns.setdefault(("both", case), []).append((index, near))
    return _centred(columns)


def _centred(columns: _Columns) -> Iterator[_Calls]:
    """Each process's values of a case, less their mean over processes."""
    for (arm, case), column in columns.items():
        mean = fmean(fmean(values) for _, values in column)
        for index, values in column:
            yield _Calls((index, arm), case, tuple(value - mean for value in values))


def _modes(calls: Sequence[_Calls]) -> Disturbance | None:
    rows: dict[tuple[int, str], list[float]] = {}
    for row in calls:
        rows.setdefault(row.process, []).extend(row.residuals)
    spread = diagnostics.process_spread(list(rows.values()))
    if spread is None:
        return None
    return Disturbance("modes", spread, spread.p < _RARE and spread.between > _OF_ACCOUNT)


def _drift(calls: Sequence[_Calls]) -> Disturbance | None:
    """Drift over the whole session; calls of all cases and arms at one place in time count as their mean."""
    places: dict[tuple[int, int], list[float]] = {}
    for row in calls:
        for place, value in enumerate(row.residuals):
            places.setdefault((row.process[0], place), []).append(value)
    drift = diagnostics.drift([fmean(places[place]) for place in sorted(places)])
    if drift is None:
        return None
    return Disturbance("drift", drift, abs(drift.change) > _OF_ACCOUNT and (drift.low > 0 or drift.high < 0))


def _first_call(restarts: Sequence[Paired]) -> Disturbance | None:
    """Of quads only: an arm that ran alone has none."""
    quads = [
        values
        for restart in restarts
        for case, order in restart.orders.items()
        for values in _in_quads(restart, case, order)
    ]
    effect = diagnostics.slot_effect(quads)
    if effect is None:
        return None
    return Disturbance("first call", effect, abs(effect.change) > _OF_ACCOUNT and effect.p < _RARE)


def _in_quads(restart: Paired, case: str, order: str) -> Iterator[list[float]]:
    if both := _both(restart, case):
        logs = _in_time_order(order, *both)
        yield from (logs[quad] for quad in quad_slices(order))


def _in_time_order(order: str, base: Sequence[float], head: Sequence[float]) -> list[float]:
    """The values of both arms in the order in which they were measured."""
    columns = {"A": iter(base), "B": iter(head)}
    return [next(columns[arm]) for arm in order]


def _steps(order: str, base: Sequence[float], head: Sequence[float]) -> Iterator[float]:
    """head - base for each two calls that follow each other in a quad, from both columns in time order."""
    in_order = list(zip(order, _in_time_order(order, base, head), strict=True))
    for (arm, value), (next_arm, next_value) in zip(in_order[::2], in_order[1::2], strict=True):
        if arm != next_arm:
            yield value - next_value if arm == "B" else next_value - value


def _both(restart: Paired, case: str) -> tuple[list[float], list[float]] | None:
    """Logs of the base's and the head's wall times of a case; None where one is lacking or not positive."""
    arms = [restart.base.calls.get(case), restart.head.calls.get(case)]
    walls = [calls.wall_s for calls in arms if calls]
    if len(walls) < len(arms) or min(map(min, walls)) <= 0:
        return None
    base, head = ([math.log(wall) for wall in column] for column in walls)
    return base, head


def _neighbours(calls: Sequence[_Calls]) -> Disturbance | None:
    lag = diagnostics.autocorrelation([row.residuals for row in calls])
    if lag is None:
        return None
    return Disturbance("neighbours", lag, lag.is_plain and lag.value > 0)


def _stolen(judgement: Judgement) -> Disturbance | None:
    most = max(restart.stolen for restart in judgement.restarts)
    if not most and not judgement.again:
        return None
    return Disturbance("stolen", Stolen(most, judgement.again), judgement.again > 0 or most > STOLEN)


def _throttled(restarts: Sequence[Paired]) -> Disturbance | None:
    dropped = sum(restart.dropped for restart in restarts)
    if not any(calls.cycles for restart in restarts for calls in restart.base.calls.values()) and not dropped:
        return None
    return Disturbance("throttled", Throttled(dropped), dropped > 0)
