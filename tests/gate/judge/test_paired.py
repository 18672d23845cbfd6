"""The judge's verdicts from restarts made of numbers, against answers worked out by hand and by scipy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy import stats

from tests.support.calls import calls
from tests.support.judgements import judgement, restart
from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Calls
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Grounds, Verdict
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import Limit, chosen
from tts_baseline.stats.sequential import MODE, alpha_at

LIMIT = math.log(1.05)
MIB = 2.0**20
# Six values of mean 0 whose standard deviation is sqrt(6/5).
SPREAD = (1, -1, 1, -1, 1, -1)


def waiting(walls: Sequence[float], memory: float = 100 * MIB, **fields: object) -> Calls:
    """Of a pipeline that waits half the time, so that CPU time has no say (test_cpu_time.py)."""
    return calls(walls, 0.5, peak_rss=int(memory), **fields)


def slower(**logs: float) -> Paired:
    """A restart whose cases take e to the power of these in the head, and 1 in the base."""
    return restart(
        {case: waiting([1.0, 1.0]) for case in logs},
        {case: waiting([math.exp(log)] * 2) for case, log in logs.items()},
    )


def verdicts(restarts: Sequence[Paired], *cases: str, **limits: str) -> dict[tuple[str, str | None], Verdict]:
    decided = paired.decide(judgement(restarts, *cases), chosen(limits))
    assert len({(v.gate, v.case) for v in decided}) == len(decided)
    assert all(v.decided_by == "judge" for v in decided)
    return {(v.gate, v.case): v for v in decided}


def latency(restarts: Sequence[Paired], case: str | None = None, **limits: str) -> Verdict:
    return verdicts(restarts, **limits)["latency", case]


# What a restart says


def test_a_restarts_difference_is_the_median_over_all_pairs_of_a_quad() -> None:
    # ABBA: B2 and B8 by A1 and A4 are 2, 1/2, 8, 2. BAAB: B4 and B1 by A1 and A1 are 4, 4, 1, 1. The median
    # of all is 2. The medians of the arms, 3 and 1, would say 3.
    taken = restart({"a": waiting([1, 4, 1, 1])}, {"a": waiting([2, 8, 4, 1])}, "ABBABAAB")
    v = latency([taken] * 3)
    assert (v.change, v.baseline, v.current) == pytest.approx((1.0, 1.0, 3.0))


def test_all_four_pairs_of_a_quad_count() -> None:
    # 0, 4, 6, 10 and 2, 2, 4, 4; neighbours alone (0, 10 and 2, 4) would say 3.
    assert paired.typical("ABBAABBA", [0.0, -4.0, 0.0, 0.0], [0.0, 6.0, 2.0, 4.0]) == 4.0


def test_the_suite_is_the_mean_over_cases_of_each_restarts_difference() -> None:
    taken = [slower(a=0.6, b=0.6, c=0.9), slower(a=0.7, b=0.5, c=1.2), slower(a=0.5, b=0.7, c=1.5)]
    means = [0.7, 0.8, 0.9]
    v = latency(taken)
    want = stats.ttest_1samp(means, 0.0).confidence_interval(1 - 2 * alpha_at(3))
    assert v.change == pytest.approx(math.expm1(0.8))
    assert (v.low, v.high) == pytest.approx((math.expm1(want.low), math.expm1(want.high)))
    assert (v.status, v.runs, v.limit, v.relative) == ("regressed", 3, pytest.approx(0.05), True)
    assert (v.baseline, v.current) == pytest.approx((1.0, math.exp(0.8)))
    single = latency(taken, "a")
    assert single.change == pytest.approx(math.expm1(0.6))


@given(
    st.lists(st.tuples(st.sampled_from(["ABBA", "BAAB"]), st.floats(-1, 1)), min_size=1, max_size=8),
    st.floats(-1, 1),
)
def test_a_drift_cancels_in_mirrored_quads(quads: list[tuple[str, float]], change: float) -> None:
    """Each quad has a slope of its own, and goes on where the last one ended."""
    base, head, level = [], [], 0.0
    for order, slope in quads:
        for arm in order:
            level += slope
            (head if arm == "B" else base).append(level + (change if arm == "B" else 0.0))
    order = "".join(order for order, _ in quads)
    assert paired.typical(order, base, head) == pytest.approx(change, abs=1e-9)


@st.composite
def orders_and_times(draw: st.DrawFn) -> tuple[str, list[float], list[float]]:
    order = "".join(draw(st.lists(st.sampled_from(["ABBA", "BAAB"]), min_size=1, max_size=6)))
    column = st.lists(st.floats(-5, 5), min_size=len(order) // 2, max_size=len(order) // 2)
    return order, draw(column), draw(column)


@given(orders_and_times())
def test_swapped_arms_change_the_sign(calls: tuple[str, list[float], list[float]]) -> None:
    order, base, head = calls
    swapped = order.translate(str.maketrans("AB", "BA"))
    assert paired.typical(order, base, head) == pytest.approx(-paired.typical(swapped, head, base), abs=1e-12)


@given(orders_and_times(), st.data())
def test_the_machines_momentary_speed_is_not_felt(calls, data: st.DataObject) -> None:
    order, base, head = calls
    speeds = data.draw(st.lists(st.floats(-2, 2), min_size=len(order) // 4, max_size=len(order) // 4))
    columns = {"A": list(base), "B": list(head)}
    place = {"A": 0, "B": 0}
    for number, arm in enumerate(order):
        columns[arm][place[arm]] += speeds[number // 4]
        place[arm] += 1
    felt = paired.typical(order, columns["A"], columns["B"])
    assert felt == pytest.approx(paired.typical(order, base, head), abs=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12), st.floats(-1, 1))
def test_of_arms_that_ran_alone_the_medians_are_compared(base: list[float], change: float) -> None:
    base = base[: len(base) // 2 * 2]
    head = [value + change for value in reversed(base)]
    for order in ("A" * len(base) + "B" * len(head), "B" * len(head) + "A" * len(base)):
        assert paired.typical(order, base, head) == median(head) - median(base)
    assert paired.typical("A" * len(base) + "B" * len(base), base, base) == 0.0


@given(orders_and_times())
def test_arms_that_are_equally_fast_do_not_differ(calls: tuple[str, list[float], list[float]]) -> None:
    order, base, _ = calls
    same = [base[0]] * len(base)
    assert paired.typical(order, same, same) == 0.0


# Which verdict


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (0.0, "ok"),
        (LIMIT - 0.001, "ok"),
        (LIMIT + 0.001, "undecided"),
        (LIMIT + MODE - 0.001, "undecided"),  # may be a mode of the program's processes
        (LIMIT + MODE + 0.001, "regressed"),
        (-LIMIT - 0.001, "undecided"),
        (-LIMIT - MODE - 0.001, "improved"),
    ],
)
def test_the_sides_of_the_limit_after_three_restarts(change: float, status: str) -> None:
    v = latency([slower(a=change + wobble) for wobble in (1e-5, -1e-5, 0)])
    assert v.status == status
    assert v.cause == ("resolution" if status == "undecided" else "")


@pytest.mark.parametrize(
    ("t", "status"), [(1.02, "regressed"), (0.98, "undecided"), (-0.98, "undecided"), (-1.02, "ok")]
)
def test_six_restarts_decide_by_the_t_test_alone(t: float, status: str) -> None:
    quantile = stats.t.isf(alpha_at(6), 5)
    error = math.sqrt(6 / 5) * 0.001 / math.sqrt(6)
    v = latency([slower(a=LIMIT + t * quantile * error + 0.001 * sign) for sign in SPREAD])
    assert v.status == status


def test_undecided_says_what_it_could_have_seen() -> None:
    v = latency([slower(a=LIMIT + 0.01 * sign) for sign in SPREAD])
    error = 0.01 / math.sqrt(5)
    seen = LIMIT + (stats.t.isf(alpha_at(6), 5) + stats.t.ppf(0.9, 5)) * error
    assert v.status == "undecided"
    assert (v.cause, v.grounds.seen) == ("resolution", pytest.approx(math.expm1(seen)))


def test_a_limit_of_ones_own() -> None:
    taken = [slower(a=0.3 + wobble) for wobble in (1e-5, -1e-5, 0)]
    assert latency(taken).status == "regressed"
    assert latency(taken, latency="40%").status == "ok"
    assert latency(taken, latency="500 ms").status == "ok"  # of a second
    assert latency(taken, latency="300 ms").status == "undecided"


@pytest.mark.parametrize(
    ("base", "grown", "status", "limit"),
    [
        (400.0, 43.9, "ok", 0.11),
        (400.0, 44.1, "undecided", 0.11),
        (40.0, 7.9, "ok", 0.2),
        (40.0, 8.1, "undecided", 0.2),
        (40.0, 20.0, "regressed", 0.2),
    ],
)
def test_memory_has_a_relative_and_an_absolute_part(
    base: float, grown: float, status: str, limit: float
) -> None:
    larger = restart({"a": waiting([1, 1], base * MIB)}, {"a": waiting([1, 1], (base + grown) * MIB)})
    for case in (None, "a"):
        v = verdicts([larger] * 3)["memory", case]
        assert (v.status, v.limit) == (status, pytest.approx(limit))
        assert v.change == pytest.approx(grown / base, rel=1e-6)
        assert (v.unit, v.family) == ("B", "memory")


def test_the_cold_start_is_one_value_a_restart_of_the_whole_run() -> None:
    slow = restart({"a": waiting([1, 1])}, {"a": waiting([1, 1])}, cold=(2.0, 4.0))
    decided = verdicts([slow] * 3)
    v = decided["cold_start", None]
    assert (v.status, v.change, v.baseline, v.current) == pytest.approx(("regressed", 1.0, 2.0, 4.0))
    assert [case for gate, case in decided if gate == "cold_start"] == [None]


def test_levels_are_geometric_means_over_restarts_and_cases() -> None:
    taken = [
        restart({"a": waiting([1, 1]), "b": waiting([4, 4])}, {"a": waiting([2, 2]), "b": waiting([8, 8])}),
        restart({"a": waiting([4, 4]), "b": waiting([4, 4])}, {"a": waiting([8, 8]), "b": waiting([8, 8])}),
        restart({"a": waiting([2, 2]), "b": waiting([4, 4])}, {"a": waiting([4, 4]), "b": waiting([8, 8])}),
    ]
    suite, case = latency(taken), latency(taken, "a")
    assert (case.baseline, case.current) == pytest.approx((2.0, 4.0))
    assert (suite.baseline, suite.current) == pytest.approx((math.sqrt(8), math.sqrt(32)))


def test_what_has_no_value_has_no_verdict() -> None:
    equal = slower(a=0.0)
    decided = verdicts([equal] * 3)
    assert {gate for gate, _ in decided} == {"latency", "cold_start", "memory"}  # no CUDA
    silent = replace(equal, head=replace(equal.head, cold_start=None))
    assert ("cold_start", None) not in verdicts([equal, equal, silent])
    limits = {gate: limit for gate, limit in chosen({}).items() if gate == "memory"}
    assert {v.gate for v in paired.decide(judgement([equal] * 3), limits)} == {"memory"}
    reported_alone = {**chosen({}), "rtf": Limit(0.05, 0.0)}
    assert "rtf" not in {v.gate for v in paired.decide(judgement([equal] * 3), reported_alone)}


# Cases


def test_cases_that_a_restart_lacks_are_left_out() -> None:
    complete = slower(a=0.1, b=0.5, c=0.9)
    lacks_b = replace(
        complete,
        head=replace(complete.head, calls={k: v for k, v in complete.head.calls.items() if k != "b"}),
    )
    lacks_c = replace(
        complete,
        base=replace(complete.base, calls={k: v for k, v in complete.base.calls.items() if k != "c"}),
    )
    decided = verdicts([complete, lacks_b, lacks_c])
    for gate in ("latency", "memory"):
        assert [case for name, case in decided if name == gate] == [None, "a"]
    assert decided["latency", None].change == pytest.approx(math.expm1(0.1))


def test_cases_that_an_arm_lost_are_left_out_though_earlier_restarts_have_them() -> None:
    decided = verdicts([slower(a=0.1, b=0.5)] * 3, "a")
    assert [case for gate, case in decided if gate == "latency"] == [None, "a"]
    assert decided["latency", None].change == pytest.approx(math.expm1(0.1))


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_time_that_is_none_costs_its_case_alone(bad: float) -> None:
    good = slower(a=0.3, b=0.5)
    for arm in ("base", "head"):
        replicate = getattr(good, arm)
        calls_of = {**replicate.calls, "b": waiting([1.0, bad])}
        broken = replace(good, **{arm: replace(replicate, calls=calls_of)})
        decided = verdicts([good, broken, good])
        assert [case for gate, case in decided if gate == "latency"] == [None, "a"]
        assert decided["latency", None].change == pytest.approx(math.expm1(0.3))
        alone = verdicts([good, broken, good], "b")
        assert ("latency", None) not in alone
        assert alone["memory", "b"].status == "ok"


def test_a_size_that_is_none_has_no_verdict() -> None:
    sizeless = restart({"a": waiting([1, 1], 0)}, {"a": waiting([1, 1], 5)})
    assert ("memory", None) not in verdicts([sizeless] * 3)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan])
def test_a_metric_of_another_distribution_may_read_nonsense(monkeypatch, bad: float) -> None:
    known = metrics()["memory"]
    other = known._replace(read=lambda evidence: replace(known.read(evidence), value=bad))
    monkeypatch.setattr(paired, "metrics", lambda: {"memory": other})
    assert paired.decide(judgement([slower(a=0.0)] * 3), chosen({})) == ()


@pytest.mark.parametrize(("cases", "status"), [(1, "regressed"), (2, "regressed"), (3, "undecided")])
def test_holm_over_cases(cases: int, status: str) -> None:
    """A case whose p value is alpha / 2.5."""
    t = stats.t.isf(alpha_at(6) / 2.5, 5)
    error = math.sqrt(6 / 5) * 0.01 / math.sqrt(6)
    others = {f"c{number}": 0.0 for number in range(1, cases)}
    taken = [slower(c0=LIMIT + t * error + 0.01 * sign, **others) for sign in SPREAD]
    decided = verdicts(taken)
    assert decided["latency", "c0"].status == status
    assert all(decided["latency", case].status == "ok" for case in others)
    if status == "undecided":
        assert (decided["latency", "c0"].cause, decided["latency", "c0"].grounds.of) == ("many cases", 3)
        assert decided["latency", "c0"].low > 0.05
        assert decided["latency", None].status == "ok"


def test_holm_steps_down_once_the_plainest_case_is_told() -> None:
    t = stats.t.isf(alpha_at(6) / 2.5, 5)
    error = math.sqrt(6 / 5) * 0.01 / math.sqrt(6)
    borderline = [LIMIT + t * error + 0.01 * sign for sign in SPREAD]
    decided = verdicts([slower(a=change, b=0.9 + change, c=0.0) for change in borderline])
    assert [decided["latency", case].status for case in "abc"] == ["regressed", "regressed", "ok"]


# When


@pytest.mark.parametrize("count", [0, 1, 2])
def test_before_the_first_look_there_is_no_verdict(count: int) -> None:
    assert paired.decide(judgement([slower(a=1.0)] * count, "a"), chosen({})) == ()


@pytest.mark.parametrize(("count", "looked"), [(3, 3), (4, 4), (5, 4), (6, 6), (7, 6), (8, 8), (9, 8)])
def test_between_two_looks_the_earlier_one_stands(count: int, looked: int) -> None:
    taken = [slower(a=0.01 * number) for number in range(looked)] + [slower(a=9.0)] * (count - looked)
    decided = paired.decide(judgement(taken), chosen({}))
    assert decided == paired.decide(judgement(taken[:looked]), chosen({}))
    assert {v.runs for v in decided} == {looked}


SETTLED = [
    # the suite's latency, a case of it (status, change, lower bound), whether that is settled
    ("ok", (), True),
    ("regressed", (), True),
    ("improved", (), True),
    ("undecided", (), False),
    ("ok", ("ok", 0.0, -0.1), True),
    ("ok", ("undecided", 0.2, 0.01), False),  # may be a regression yet
    ("improved", ("undecided", 0.2, 0.01), False),
    ("ok", ("undecided", 0.04, 0.01), True),  # within the limit
    ("ok", ("undecided", 0.2, -0.01), True),  # may be nothing
    ("ok", ("undecided", -0.2, -0.3), True),
    ("ok", ("regressed", 0.3, 0.2), True),
    ("regressed", ("undecided", 0.2, 0.01), True),  # the suite has its answer
]


@pytest.mark.parametrize(("suite", "case", "settled"), SETTLED)
def test_when_it_is_settled(suite: str, case: tuple[str, float, float], settled: object) -> None:
    def verdict(gate: str, status: str, change: float = 0.0, low: float = 0.0, **fields: str) -> Verdict:
        return Verdict(
            gate=gate, metric=gate, family="latency", case=fields.get("case"), status=status, unit="s",
            relative=True, change=change, low=low, limit=0.05,
        )  # fmt: skip

    verdicts = [verdict("latency", suite), verdict("cold_start", "ok"), verdict("memory", "undecided")]
    verdicts += [verdict("latency", *case, case="a")] if case else []
    assert paired.is_settled(verdicts, ["latency"]) is settled
    assert paired.is_settled(verdicts, ["latency", "cold_start"]) is settled
    assert paired.is_settled(verdicts, ["latency", "cuda_memory"]) is settled  # which there is none of
    assert paired.is_settled(verdicts, ["cold_start"])
    assert not paired.is_settled(verdicts, ["latency", "memory"])
    assert not paired.is_settled(verdicts, ["cuda_memory"])
    assert not paired.is_settled([], ["latency"])


# On a device that was slowed down


def throttled(order: str, dropped: int, *, head: float = 2.0) -> Paired:
    count = order.count("A")
    return restart(
        {"a": waiting([1.0] * count)}, {"a": waiting([head] * order.count("B"))}, order, dropped=dropped
    )


@pytest.mark.parametrize(
    ("order", "dropped", "share"),
    [
        ("ABBA" * 4, 1, None),  # a fifth, and not more
        ("ABBA" * 3, 1, 1 / 4),
        ("AAAAAAAABBBBBBBB", 2, None),  # of ten halves of quads
        ("AAAAAAAABBBBBBBB", 3, 3 / 11),
        ("BBBBBBAAAA", 1, None),
    ],
)
def test_more_than_a_fifth_of_throttled_quads_decides_nothing(order: str, dropped: int, share) -> None:
    decided = verdicts([throttled(order, dropped)] * 3)
    assert decided["latency", None].change == pytest.approx(1.0)
    if share is None:
        assert decided["latency", None].status == decided["latency", "a"].status == "regressed"
    else:
        assert {v.status for v in decided.values()} == {"undecided"}
        assert {v.cause for v in decided.values()} == {"throttled"}
        assert all(v.grounds == Grounds(throttled=share) for v in decided.values())


def test_throttled_quads_count_over_all_restarts_that_were_looked_at() -> None:
    quiet, hot = throttled("ABBA" * 4, 0), throttled("ABBA", 3)
    assert latency([quiet, quiet, hot]).status == "undecided"  # 3 of 12
    assert latency([quiet, quiet, quiet, hot]).status == "regressed"  # 3 of 16
    # The fifth was not looked at.
    assert latency([quiet] * 4 + [replace(hot, dropped=99)]).status == "regressed"
    assert latency([replace(hot, dropped=1)] * 4 + [throttled("ABBA" * 99, 0)]).status == "undecided"


def test_a_run_that_was_throttled_throughout_is_undecided_not_silent() -> None:
    silent = restart({}, {}, dropped=8)
    decided = verdicts([silent] * 3, "a")
    v = decided["latency", None]
    assert (v.status, v.change, v.runs) == ("undecided", None, 3)
    assert (v.cause, v.grounds) == ("throttled", Grounds(throttled=1.0))
    assert decided["cold_start", None].status == "undecided"
    assert not paired.is_settled(list(decided.values()), ["latency"])


def test_a_suite_whose_only_case_was_throttled_in_one_restart_is_undecided_not_silent() -> None:
    quiet, hot = throttled("ABBA" * 5, 0), restart({}, {}, dropped=2)  # 2 of 12, which is not too many
    v = verdicts([quiet, hot, quiet], "a")["latency", None]
    assert (v.status, v.change) == ("undecided", None)
    assert v.cause == "always throttled"


# Where


def test_the_stage_that_moved_is_named_for_the_suites_latency_alone() -> None:
    def arm(model: float, memory: float = 100 * MIB) -> dict[str, Calls]:
        return {"a": waiting([model + 0.1] * 2, memory, stages={"text": (0.1, 0.1), "model": (model, model)})}

    slow = [restart(arm(0.9), arm(1.9 + wobble, 200 * MIB)) for wobble in (0, 1e-4, -1e-4)]
    decided = verdicts(slow)
    assert decided["latency", None].grounds.stage_shares["model"].change == pytest.approx(1.0)
    assert decided["memory", None].status == "regressed"
    assert [key for key, v in decided.items() if v.grounds.stage_shares] == [("latency", None)]
    faster = latency([restart(arm(1.9), arm(0.9)) for _ in range(3)])
    assert faster.grounds.stage_shares["model"].change == pytest.approx(-0.5)
    assert latency([restart(arm(0.9), arm(0.9)) for _ in range(3)]).grounds.stage_shares == {}
    throttled = latency([replace(taken, dropped=9) for taken in slow])
    assert throttled.grounds.stage_shares == {}  # nothing is decided


def test_a_case_that_is_left_out_is_not_asked_for_its_stages() -> None:
    def arm(wall: float, zero: float) -> dict[str, Calls]:
        return {
            "a": waiting([wall] * 2, stages={"model": (wall, wall)}),
            "b": waiting([zero] * 2, stages={"model": (zero, zero)}),
        }

    v = latency([restart(arm(1.0, 0.0), arm(2.0, 0.0)) for _ in range(3)])
    shares = {name: share.change for name, share in v.grounds.stage_shares.items()}
    assert (v.status, shares) == ("regressed", pytest.approx({"model": 1.0, "elsewhere": 0.0}))


def test_the_mean_over_cases_is_taken_restart_by_restart() -> None:
    """Two cases that sway against each other: their mean is quiet, and so is the suite."""
    taken = [slower(a=0.5 * sign, b=-0.5 * sign) for sign in SPREAD]
    assert latency(taken).status == "ok"
    assert (latency(taken).low, latency(taken).high) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert latency(taken, "a").status == "undecided"
