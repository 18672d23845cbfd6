"""What disturbed the judge's measurement, and what to do about it. Reported, never gated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean

from msgspec import Struct

from tts_baseline.core.judgement import Judgement, Paired
from tts_baseline.gate.judge.paired import quad_slices
from tts_baseline.stats import diagnostics

# chosen: below this nobody would do anything about it; p-values find the smallest effects among many calls.
_WORTH_TELLING = 0.01
# chosen: five things are looked for in every session, and a false word about one costs more than silence.
_RARE = 0.001
# With a tenth of the CPU time stolen, restarts of short calls spread twice as much (docs/judge.md).
STOLEN = 0.1


class Disturbance(Struct, frozen=True):
    """One thing that was looked for; `advice` is empty where it is of no account."""

    name: str
    found: str
    advice: str = ""


class _Calls(Struct, frozen=True):
    """One process's calls of one case: logs of wall times in time order, less their mean over processes.

    Or differences of such logs: then the process stands for both of its restart.
    """

    process: tuple[int, str]
    case: str
    residuals: tuple[float, ...]


def disturbances(judgement: Judgement) -> tuple[Disturbance, ...]:
    """All, in the order in which they matter: modes, drift, slot, memory, stolen time, throttling."""
    calls = list(_calls(judgement.restarts))
    if not calls:
        return ()
    return tuple(
        disturbance
        for disturbance in (
            _modes(list(_differences(judgement.restarts)) or calls),
            _drift(calls),
            _slot(judgement.restarts),
            _memory(calls),
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

    What both processes of a restart have in common, like the core that they share, is not in them.
    """
    columns: _Columns = {}
    for index, restart in enumerate(restarts):
        for case, order in restart.orders.items():
            both = _both(restart, case)
            near = [value / math.sqrt(2) for value in _neighbours(order, *both)] if both else []
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
    for said in calls:
        rows.setdefault(said.process, []).extend(said.residuals)
    spread = diagnostics.process_spread(list(rows.values()))
    if spread is None:
        return None
    advice = ""
    if spread.p < _RARE and spread.between > _WORTH_TELLING:
        advice = (
            "a process is fast or slow as a whole (memory layout, algorithm choice): more restarts tell it "
            "from a change, more calls do not; fix what is chosen at start (cudnn.benchmark, threads)"
        )
    return Disturbance(
        "between processes",
        f"{spread.between:.1%}, within {spread.within:.1%} (sd; p {spread.p:.2g})",
        advice,
    )


def _drift(calls: Sequence[_Calls]) -> Disturbance | None:
    """Over the whole session: calls of all cases and arms at one place in time are averaged."""
    places: dict[tuple[int, int], list[float]] = {}
    for said in calls:
        for place, value in enumerate(said.residuals):
            places.setdefault((said.process[0], place), []).append(value)
    drift = diagnostics.drift([fmean(places[place]) for place in sorted(places)])
    if drift is None:
        return None
    is_plain = abs(drift.change) > _WORTH_TELLING and (drift.low > 0 or drift.high < 0)
    advice = (
        "the machine warmed up or cooled down: the quads took it out; let it settle first" if is_plain else ""
    )
    return Disturbance(
        "drift",
        f"{drift.change:+.1%} [{drift.low * 100:+.1f}, {drift.high * 100:+.1f}] over the session",
        advice,
    )


def _slot(restarts: Sequence[Paired]) -> Disturbance | None:
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
    is_plain = abs(effect.change) > _WORTH_TELLING and effect.p < _RARE
    advice = "the first call of a case pays for the change of text: caches; the mirror order shares it out"
    return Disturbance(
        "first call of a quad", f"{effect.change:+.1%} (p {effect.p:.2g})", advice if is_plain else ""
    )


def _in_quads(restart: Paired, case: str, order: str) -> Iterator[list[float]]:
    if both := _both(restart, case):
        logs = _in_time_order(order, *both)
        yield from (logs[quad] for quad in quad_slices(order))


def _in_time_order(order: str, base: Sequence[float], head: Sequence[float]) -> list[float]:
    """The values of both arms in the order in which they were measured."""
    columns = {"A": iter(base), "B": iter(head)}
    return [next(columns[arm]) for arm in order]


def _neighbours(order: str, base: Sequence[float], head: Sequence[float]) -> Iterator[float]:
    """head - base for each two calls that follow each other in a quad, from both columns in time order."""
    said = list(zip(order, _in_time_order(order, base, head), strict=True))
    for (arm, value), (next_arm, next_value) in zip(said[::2], said[1::2], strict=True):
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


def _memory(calls: Sequence[_Calls]) -> Disturbance | None:
    lag = diagnostics.autocorrelation([said.residuals for said in calls])
    if lag is None:
        return None
    is_plain = lag.is_plain and lag.value > 0
    advice = (
        "neighbouring calls resemble each other: fewer quads and more restarts tell as much"
        if is_plain
        else ""
    )
    return Disturbance(
        "lag-1 autocorrelation",
        f"{lag.value:+.2f} (by chance {lag.low:+.2f} to {lag.high:+.2f})",
        advice,
    )


def _stolen(judgement: Judgement) -> Disturbance | None:
    most = max(restart.stolen for restart in judgement.restarts)
    if not most and not judgement.again:
        return None
    again = f"; {judgement.again} measured again" if judgement.again else ""
    advice = "other machines on this host take its cores: use a runner with cores of its own"
    return Disturbance(
        "CPU time stolen",
        f"up to {most:.0%} in a restart{again}",
        advice if judgement.again or most > STOLEN else "",
    )


def _throttled(restarts: Sequence[Paired]) -> Disturbance | None:
    dropped = sum(restart.dropped for restart in restarts)
    if not any(calls.cycles for restart in restarts for calls in restart.base.calls.values()) and not dropped:
        return None
    advice = "the GPU was too hot or at its power limit: cool it, or lock its clocks (nvidia-smi -lgc)"
    return Disturbance("throttled quads", f"{dropped} left out", advice if dropped else "")
