"""CPU time beside the wall clock: when it has a say, what it may say, and which part of the error rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from scipy import stats

from tests.support.calls import calls, cold_start, replicate
from tests.support.judgements import judgement, restart
from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Replicate
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.judge import cpu_time, paired
from tts_baseline.gate.limits import chosen
from tts_baseline.stats.sequential import MODE, alpha_at

LIMIT = math.log(1.05)
# Six values of mean 0 whose standard deviation is sqrt(6/5).
SPREAD = (1, -1, 1, -1, 1, -1)


def process(*walls: float, cores: Sequence[float] = (1.0,)) -> Replicate:
    """Calls of one case that take so long; `cores` are computed on in turn."""
    cpu_s = [wall * cores[i % len(cores)] for i, wall in enumerate(walls)]
    return replicate({"a": calls(walls, cpu_s)}, start_s=None)


def slower(wall: float, cpu: float, cores: float = 1.0) -> Paired:
    """A restart whose head takes e to the power of these, by either clock; the last quad nothing disturbed.

    Two of three quads are disturbed alike in both arms but for what the wall clock is to say.
    """
    late = math.exp(wall) / math.exp(cpu)
    base = process(*[1.5, 1.5] * 4, 1.0, 1.0, cores=[cores / 1.5] * 8 + [cores] * 2)
    head = process(
        *[1.5 * math.exp(wall)] * 8,
        *[math.exp(cpu)] * 2,
        cores=[cores / 1.5 / late] * 8 + [cores] * 2,
    )
    return restart(base, head)


def latency(taken: Sequence[Paired], case: str | None = None, **options: float) -> Verdict:
    verdicts = paired.decide(judgement(taken), chosen({}), **options)
    return next(v for v in verdicts if (v.gate, v.case) == ("latency", case))


# When it has a say


@pytest.mark.parametrize(
    ("cores", "part"),
    [
        ([1.0], cpu_time.PART),
        ([0.96], cpu_time.PART),
        ([1.04], cpu_time.PART),
        ([0.94], 0.0),  # it waits
        ([1.06], 0.0),  # a thread beside
        ([2.0], 0.0),
        ([1.0] * 2 + [0.3] * 8, cpu_time.PART),  # most calls were disturbed
        ([2.0] * 2 + [1.0] * 8, 0.0),  # most calls of two threads were
        ([0.3] * 10, 0.0),
    ],
)
def test_it_has_a_part_where_all_processes_compute_on_one_core(cores: list[float], part: float) -> None:
    plain = process(*[1.0] * 10)
    other = process(*[1.0] * 10, cores=cores)
    quiet = restart(plain, plain)
    assert cpu_time.part_of([quiet, restart(plain, other), quiet]) == part
    assert cpu_time.part_of([quiet, quiet, restart(other, plain)]) == part


def test_without_times_it_has_none() -> None:
    plain = process(1.0, 1.0)
    silent = replace(plain, calls={"a": replace(plain.calls["a"], cpu_s=())})
    still = replace(plain, calls={"a": replace(plain.calls["a"], wall_s=(0.0, 0.0))})
    for other in (silent, still, replace(plain, calls={})):
        assert cpu_time.part_of([restart(plain, plain), restart(plain, other)]) == 0.0


# What it may say


def six(wall: float, cpu: float, *, spread: float = 0.1, cores: float = 1.0) -> list[Paired]:
    """Six restarts: the wall clock's changes spread, those of CPU time hardly."""
    return [slower(wall + spread * sign, cpu + 1e-6 * sign, cores) for sign in SPREAD]


def test_what_a_disturbed_clock_leaves_open_fails_by_cpu_time() -> None:
    verdict = latency(six(0.08, 0.07))
    assert (verdict.status, verdict.decided_by) == ("regressed", "judge")
    assert verdict.cause == "cpu time"
    by_cpu = verdict.grounds.cpu_time
    assert (by_cpu.low, by_cpu.change, by_cpu.high) == pytest.approx((math.expm1(0.07),) * 3, abs=1e-5)
    # What is reported is the wall clock's, which is the metric.
    assert verdict.change == pytest.approx(math.expm1(0.08))
    assert verdict.low < 0.05 < verdict.high


@pytest.mark.parametrize(
    ("wall", "cpu", "spread", "status"),
    [
        (0.08, LIMIT - 0.001, 0.1, "undecided"),  # CPU time does not say so
        (0.08, 0.0, 0.1, "undecided"),  # and never clears
        (0.08, -0.5, 0.1, "undecided"),
        (LIMIT - 0.001, 0.07, 0.1, "undecided"),  # users may not feel it
        (0.0, 0.07, 1e-5, "ok"),
        (0.3, 0.0, 1e-5, "regressed"),  # waiting is felt, and is no CPU time
        (-0.3, 0.07, 1e-5, "improved"),
        (0.3, 0.3, 1e-5, "regressed"),  # the wall clock tells it itself
    ],
)
def test_nothing_else_is_changed_by_it(wall: float, cpu: float, spread: float, status: str) -> None:
    verdict = latency(six(wall, cpu, spread=spread))
    assert verdict.status == status
    assert verdict.cause != "cpu time"


@pytest.mark.parametrize("cores", [0.5, 2.0])
def test_of_a_pipeline_that_waits_or_has_threads_it_says_nothing(cores: float) -> None:
    taken = six(0.08, 0.07, cores=cores)
    assert latency(taken).status == "undecided"
    assert latency(taken, cpu_part=cpu_time.PART).status == "regressed"
    assert latency(six(0.08, 0.07), cpu_part=0.0).status == "undecided"


def test_a_mode_of_the_programs_processes_is_none_by_cpu_time_either() -> None:
    changes = [(0.3 + wobble, LIMIT + MODE - 0.001) for wobble in (0.2, -0.2, 0.0)]
    assert latency([slower(*change) for change in changes]).status == "undecided"
    changes = [(wall, LIMIT + MODE + 0.001 + 1e-6 * wall) for wall, _ in changes]
    assert latency([slower(*change) for change in changes]).status == "regressed"


def test_of_a_suite_it_speaks_only_where_it_has_every_case() -> None:
    def with_another(restart_of_a: Paired, cpu_s: tuple[float, ...]) -> Paired:
        other = calls((1.0, 1.0), cpu_s)
        base, head = (
            replace(arm, calls={**arm.calls, "b": other}) for arm in (restart_of_a.base, restart_of_a.head)
        )
        return restart(base, head)

    taken = six(0.16, 0.14, spread=0.2)
    assert latency([with_another(restart_of_a, (1.0, 1.0)) for restart_of_a in taken]).status == "regressed"
    for unusable in ((0.0, 1.0), ()):
        assert latency([with_another(restart_of_a, unusable) for restart_of_a in taken]).status == "undecided"


def test_single_cases_are_judged_by_the_wall_clock() -> None:
    assert latency(six(0.08, 0.07), "a").status == "undecided"


# Which part of the error rate


def beyond(t: float, part: float, spread: float) -> list[float]:
    """Six changes whose t statistic is so much of what this part of the error rate asks for."""
    error = math.sqrt(6 / 5) * spread / math.sqrt(6)
    return [LIMIT + t * stats.t.isf(part * alpha_at(6), 5) * error + spread * sign for sign in SPREAD]


@pytest.mark.parametrize(("t", "status"), [(1.01, "regressed"), (0.99, "undecided")])
def test_each_clock_has_its_own(t: float, status: str) -> None:
    wall = [slower(change, 0.0) for change in beyond(t, 1 - cpu_time.PART, 0.001)]
    assert latency(wall).status == status
    cpu = [
        slower(0.08 + 0.1 * sign, c) for sign, c in zip(SPREAD, beyond(t, cpu_time.PART, 1e-3), strict=True)
    ]
    assert latency(cpu).status == status


@pytest.mark.parametrize(("t", "status"), [(1.01, "regressed"), (0.99, "undecided")])
def test_without_it_the_wall_clock_has_the_whole(t: float, status: str) -> None:
    assert latency([slower(change, 0.0, 2.0) for change in beyond(t, 1.0, 0.001)]).status == status


@pytest.mark.parametrize(("t", "status"), [(1.01, "regressed"), (0.99, "undecided")])
def test_what_is_no_time_of_calls_has_the_whole(t: float, status: str) -> None:
    taken = []
    for change in beyond(t, 1.0, 0.001):
        equal = slower(0.0, 0.0)
        base = replace(equal.base, cold_start=cold_start(1.0))
        taken.append(
            replace(equal, base=base, head=replace(equal.head, cold_start=cold_start(math.exp(change))))
        )
    assert cpu_time.part_of(taken) == cpu_time.PART
    verdicts = paired.decide(judgement(taken), chosen({"cold_start": "5%"}))
    assert [v.status for v in verdicts if v.gate == "cold_start"] == [status]
