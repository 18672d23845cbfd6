"""Counters against counters: what is compared with what, what counts as more, and how it is named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.counted import CASES, GATES, USUAL, counted, more
from tests.support.verdicts import outcome, screened
from tts_baseline.core.records import Baseline, Failure, Run, Work
from tts_baseline.core.verdict import Change, Source, Verdict, Verdicts
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import changed, fails, gating
from tts_baseline.report.format import View
from tts_baseline.report.formats import terminal

FLASH = "aten._scaled_dot_product_flash_attention_for_cpu"


@pytest.fixture
def run(make):
    """A run with these counters in every case, or case by case."""
    return partial(counted, make)


def judged(run: Run, baseline: Baseline, **limits: str) -> list[Verdict]:
    return [v for v in screened(run, baseline, **limits) if v.family == "work"]


def verdict_of(
    run: Run, baseline: Baseline, gate: str = "operators", case: str | None = None, **limits
) -> Verdict:
    (verdict,) = [v for v in judged(run, baseline, **limits) if (v.gate, v.case) == (gate, case)]
    return verdict


def moved(verdict: Verdict) -> list[tuple[str, int, int]]:
    assert (verdict.cause == "operators") is bool(verdict.grounds.operators)
    return [(operator.name, operator.before, operator.now) for operator in verdict.grounds.operators]


TORCH, PROCESSOR = Change("torch", "2.10.0", "2.11.0"), Change("processor", "aarch64", "x86_64")


def statuses(verdicts: Sequence[Verdict]) -> dict[tuple[str, str | None], str]:
    return {(v.gate, v.case): v.status for v in verdicts}


# --- more, less, the same


def test_the_same_work_is_ok_everywhere(run, make) -> None:
    verdicts = judged(run(), baseline_of([run()]))
    assert {v.status for v in verdicts} == {"ok"}
    assert [v.case for v in verdicts if v.gate == "flops"] == [None, *CASES]
    assert {(v.gate, v.baseline, v.current, v.change, v.cause) for v in verdicts if v.case is None} == {
        ("allocated", 3300.0, 3300.0, 0.0, ""),
        ("flops", 24_000.0, 24_000.0, 0.0, ""),
        ("operators", 36.0, 36.0, 0.0, ""),
        ("syncs", 3.0, 3.0, 0.0, ""),
    }


def test_one_dispatch_more_in_one_case_is_a_regression_and_named(run, make) -> None:
    now = run({"c0": USUAL, "c1": more(mm=1), "c2": USUAL})
    baseline = baseline_of([run()])
    suite, case = (verdict_of(now, baseline, case=name) for name in (None, "c1"))
    assert (suite.status, suite.change, moved(suite)) == ("regressed", 1.0, [("aten.mm", 12, 13)])
    assert (case.status, case.change, moved(case)) == ("regressed", 1.0, [("aten.mm", 4, 5)])
    assert verdict_of(now, baseline, case="c0").status == "ok"
    assert verdict_of(now, baseline, "flops").status == "ok"
    assert fails(suite, missing="record", undecided="warn")


def test_one_dispatch_less_is_an_improvement_and_named(run, make) -> None:
    verdict = verdict_of(run(more(mm=-1, add=-2)), baseline_of([run()]))
    assert (verdict.status, verdict.change) == ("improved", -9.0)
    assert moved(verdict) == [("aten.add", 21, 15), ("aten.mm", 12, 9)]
    assert verdict_of(run(more(mm=-1)), baseline_of([run()]), case="c0").status == "improved"


def test_a_case_that_grew_speaks_even_where_the_suite_shrank(run, make) -> None:
    now = run({"c0": more(add=-5), "c1": more(mm=2), "c2": USUAL})
    verdicts = judged(now, baseline_of([run()]))
    assert statuses(verdicts)["operators", None] == "improved"
    assert statuses(gating(verdicts))["operators", "c1"] == "regressed"


def test_the_operators_that_moved_are_ranked_the_worst_first(run, make) -> None:
    verdict = verdict_of(run(more(mm=2, add=-1, cos=9, sin=3, tan=1)), baseline_of([run()]))
    assert moved(verdict) == [
        ("aten.cos", 0, 27),
        ("aten.sin", 0, 9),
        ("aten.mm", 12, 18),
        ("aten.tan", 0, 3),
        ("aten.add", 21, 18),
    ]


def test_another_operator_instead_is_the_same_number(run, make) -> None:
    verdict = verdict_of(run(more(mm=-1, addmm=1)), baseline_of([run()]))
    assert (verdict.status, verdict.change) == ("ok", 0.0)
    assert moved(verdict) == [("aten.addmm", 0, 3), ("aten.mm", 12, 9)]


def test_from_none_to_one_is_a_regression(run, make) -> None:
    before = replace(USUAL, syncs={})
    verdict = verdict_of(run(), baseline_of([run(before)]), "syncs", syncs="50%")
    assert (verdict.status, verdict.baseline, verdict.current, verdict.change) == ("regressed", 0.0, 3.0, 3.0)
    assert not verdict.relative


def test_flops_and_bytes_are_named_by_operator_too(run, make) -> None:
    now = replace(USUAL, flops={"aten.mm": 9_000}, allocated={"aten.add": 700, "aten.mm": 400 + (8 << 20)})
    baseline = baseline_of([run()])
    assert moved(verdict_of(run(now), baseline, "flops")) == [("aten.mm", 24_000, 27_000)]
    assert moved(verdict_of(run(now), baseline, "allocated")) == [("aten.mm", 1200, 1200 + (24 << 20))]


@pytest.mark.parametrize(
    ("limit", "extra", "status"),
    [("0%", 1, "regressed"), ("25%", 3, "ok"), ("25%", 4, "regressed"), ("3 operators", 1, "ok")],
)
def test_a_limit_is_a_share_or_a_number(run, make, limit: str, extra: int, status: str) -> None:
    verdict = verdict_of(run(more(mm=extra)), baseline_of([run()]), case="c0", operators=limit)
    assert verdict.status == status
    assert verdict.relative == limit.endswith("5%")
    assert verdict.change == (extra / 12 if verdict.relative else extra)


def test_a_limit_of_both_is_a_share_of_what_was_accepted(run, make) -> None:
    verdict = verdict_of(run(), baseline_of([run()]), case="c0", operators="25% + 3")
    assert verdict.limit == pytest.approx(0.25 + 3 / 12)


def test_by_default_any_growth_is_too_much(run, make) -> None:
    assert {chosen({})[gate].relative + chosen({})[gate].absolute for gate in GATES} == {0.0}


# --- with what it is compared


def test_the_newest_accepted_run_counts_whatever_was_before(run, make) -> None:
    baseline = baseline_of([run(), run(), run(more(mm=1))])
    assert verdict_of(run(more(mm=1)), baseline).status == "ok"
    assert verdict_of(run(), baseline).status == "improved"


def test_a_machine_without_accepted_runs_is_compared_with_another(run) -> None:
    there = run(machine="there")
    baseline = baseline_of(other_machines=("there",), elsewhere=(there,))
    assert verdict_of(run(), baseline).status == "ok"
    verdict = verdict_of(run(more(mm=1)), baseline)
    assert verdict.status == "regressed"
    assert moved(verdict) == [("aten.mm", 12, 15)]
    assert verdict.grounds.source == Source(there.id, "there")
    assert verdict.runs == 0


def test_what_was_accepted_last_anywhere_counts(run, make) -> None:
    here, there = run(), run(more(mm=1), machine="there")
    assert verdict_of(run(more(mm=1)), baseline_of([here], elsewhere=(there,))).status == "ok"
    there, here = run(more(mm=1), machine="there"), run()
    assert verdict_of(run(more(mm=1)), baseline_of([here], elsewhere=(there,))).status == "regressed"


@pytest.mark.parametrize(
    ("known", "changes"),
    [
        ({"torch": "2.10.0"}, [TORCH]),
        ({"torch": ""}, [Change("torch", "none", "2.11.0")]),
        ({"device": "cuda"}, [Change("device", "cuda", "cpu")]),
        ({"processor": "aarch64"}, [PROCESSOR]),
        ({"torch": "2.10.0", "processor": "aarch64"}, [TORCH, PROCESSOR]),
    ],
)
def test_other_software_is_not_comparable_and_named(run, make, known, changes) -> None:
    for baseline in (baseline_of([run(**known)]), baseline_of(elsewhere=(run(machine="there", **known),))):
        verdicts = judged(run(more(mm=9)), baseline)
        assert {(v.status, v.cause) for v in verdicts} == {("not comparable", "other software")}
        assert all(list(v.grounds.around) == changes for v in verdicts)
        assert len(verdicts) == len(GATES) * (1 + len(CASES))


def test_another_python_is_as_good(run, make) -> None:
    assert verdict_of(run(python="3.12.1"), baseline_of([run()])).status == "ok"
    assert verdict_of(run(more(mm=1), python="3.12.1"), baseline_of([run()])).status == "regressed"


def test_the_same_software_elsewhere_serves_where_this_machine_had_another(run, make) -> None:
    baseline = baseline_of([run(torch="2.10.0")], elsewhere=(run(machine="there"),))
    assert verdict_of(run(more(mm=1)), baseline).status == "regressed"
    baseline = baseline_of([run()], elsewhere=(run(more(mm=1), machine="there", torch="2.10.0"),))
    assert verdict_of(run(more(mm=1)), baseline).status == "regressed"


def test_another_attention_kernel_is_the_machines_choice_or_the_codes(run, make) -> None:
    fused, apart = (replace(USUAL, operators=USUAL.operators | own) for own in ({FLASH: 2}, {"aten.bmm": 4}))
    between = verdict_of(run(apart), baseline_of(elsewhere=(run(fused, machine="there"),)))
    assert between.status == "not comparable"
    kernel = "scaled_dot_product_flash_attention_for_cpu"
    assert between.grounds.around == (Change("attention", kernel, "none"),)
    here = verdict_of(run(apart), baseline_of([run(fused)]))
    assert here.status == "regressed"
    assert moved(here) == [("aten.bmm", 0, 12), (FLASH, 6, 0)]


def test_only_the_attention_of_cases_that_both_have_matters(run) -> None:
    fused = replace(USUAL, operators=USUAL.operators | {FLASH: 2})
    there = run({"c0": USUAL, "c1": USUAL, "c2": fused}, machine="there")
    assert verdict_of(run(cases=("c0", "c1")), baseline_of(elsewhere=(there,))).status == "ok"


def test_runs_of_another_suite_are_no_baseline(run, make) -> None:
    other = replace(run(more(mm=1)), suite="en")
    assert verdict_of(run(), baseline_of([run(), other])).status == "ok"
    assert (
        verdict_of(run(), baseline_of(elsewhere=(replace(other, acceptance=None),))).status == "no baseline"
    )


def test_the_run_that_is_compared_with_names_what_was_configured_otherwise(run, make) -> None:
    sixteen, seven = {"steps": "16"}, {"steps": "7"}
    here = replace(run(torch="2.10.0"), provenance=seven)
    there = replace(run(machine="there"), provenance=sixteen)
    now = replace(run(more(mm=1)), provenance=seven)
    grown = verdict_of(now, baseline_of([here], elsewhere=(there,)))
    assert (grown.status, grown.changed) == ("regressed", (Change("steps", "16", "7"),))
    assert verdict_of(now, baseline_of([here], elsewhere=(there,)), "flops").changed == ()  # which is ok


# --- what is new


def test_the_first_time_there_is_no_baseline(run) -> None:
    verdicts = judged(run(), Baseline())
    assert {(v.status, v.cause) for v in verdicts} == {("no baseline", "nothing accepted")}
    assert verdict_of(run(), Baseline()).current == 36.0


def test_a_baseline_of_before_counters_is_none(run, make) -> None:
    verdict = verdict_of(run(), baseline_of([run(None)]))
    assert (verdict.status, verdict.cause) == ("no baseline", "never counted")


def test_a_new_case_or_text_is_told_and_left_out_of_the_sum(run, make) -> None:
    before = run(cases=("c0", "c1"))
    now = run({"c0": USUAL, "c1": USUAL, "c2": more(mm=9)})
    assert verdict_of(now, baseline_of([before])).status == "ok"
    assert verdict_of(now, baseline_of([before])).current == 24.0
    new = verdict_of(now, baseline_of([before]), case="c2")
    assert (new.status, new.cause) == ("no baseline", "new case or text")
    other = judged(run(text="adiós"), baseline_of([before]))
    assert {v.status for v in other} == {"no baseline"}
    assert {v.case for v in other} == {None, *CASES}


def test_a_case_that_is_counted_for_the_first_time_has_no_baseline(run, make) -> None:
    before = run({"c0": USUAL, "c1": USUAL, "c2": Work(reason="sounds otherwise when its work is counted")})
    verdict = verdict_of(run(), baseline_of([before]), case="c2")
    assert (verdict.status, verdict.cause) == ("no baseline", "not counted then")


# --- what is gone


def test_a_case_that_cannot_be_counted_any_more_is_invalid(run, make) -> None:
    why = "sounds otherwise when its work is counted"
    now = run({"c0": USUAL, "c1": Work(reason=why), "c2": USUAL})
    verdicts = judged(now, baseline_of([run()]))
    assert {(v.cause, v.grounds.message) for v in verdicts if v.status == "invalid"} == {("no value", why)}
    assert {v.case for v in verdicts if v.status == "invalid"} == {"c1"}
    assert statuses(verdicts)["operators", None] == "ok"
    assert verdict_of(now, baseline_of([run()]), case="c1").baseline == 12.0


def test_a_case_that_is_gone_elsewhere_is_no_other_attention(run) -> None:
    fused = replace(USUAL, operators=USUAL.operators | {FLASH: 2})
    there = run({"c0": USUAL, "c1": fused, "c2": USUAL}, machine="there")
    now = run({"c0": USUAL, "c1": Work(reason="it sounds otherwise"), "c2": USUAL})
    assert statuses(judged(now, baseline_of(elsewhere=(there,))))["operators", "c1"] == "invalid"


def test_another_text_that_cannot_be_counted_was_never_counted(run, make) -> None:
    now = run({"c0": USUAL, "c1": Work(reason="it sounds otherwise"), "c2": USUAL})
    asked = tuple(replace(case, text="otro") if case.id == "c1" else case for case in now.cases)
    verdicts = judged(replace(now, cases=asked), baseline_of([run()]))
    assert {v.status for v in verdicts} == {"ok"}
    assert "c1" not in {v.case for v in verdicts}


def test_a_pipeline_that_stops_using_torch_is_invalid_until_that_is_accepted(run, make) -> None:
    without = run(Work(reason="the pipeline uses no torch"))
    suite = verdict_of(without, baseline_of([run()]))
    assert (suite.status, suite.current) == ("invalid", None)
    assert suite.grounds.message == "the pipeline uses no torch"
    assert judged(without, baseline_of([run(), without])) == []
    assert judged(without, baseline_of([run(), without], elsewhere=(run(machine="there"),))) == []


def test_what_another_python_cannot_count_is_not_comparable(run, make) -> None:
    without = run(Work(reason="a thread that ran before"), python="3.11.7")
    for baseline in (
        baseline_of([run(python="3.12.1")]),
        baseline_of(elsewhere=(run(machine="there", python="3.12.1"),)),
    ):
        suite = verdict_of(without, baseline)
        assert suite.status == "not comparable"
        assert suite.grounds.message == "a thread that ran before"
        assert suite.grounds.around == (Change("python", "3.12", "3.11"),)


def test_a_pipeline_without_torch_has_no_verdicts(run, make) -> None:
    without = Work(reason="the pipeline uses no torch")
    now = replace(run(without, torch=""), failures=(Failure(case="c9", kind="crash", message="signal 11"),))
    for baseline in (Baseline(), baseline_of([run(without, torch="")]), baseline_of([run(None)])):
        assert judged(now, baseline) == []
    assert not [word for word in GATES if word in terminal.render(outcome(now), View(verbose=True))]


def test_a_case_that_failed_is_invalid_once_in_the_work_of_a_pipeline_that_counts(run, make) -> None:
    now = replace(run(cases=("c0", "c1")), failures=(Failure(case="c2", kind="crash", message="signal 11"),))
    now = replace(now, cases=run().cases)
    verdicts = [v for v in judged(now, baseline_of([run()])) if v.case == "c2"]
    expected = [("utterance", "invalid", "crash")]
    assert [(v.gate, v.status, v.cause) for v in verdicts] == expected
    nothing = replace(now, cases=now.cases[2:], replicates=(), readings=())
    assert [(v.gate, v.status, v.cause) for v in judged(nothing, baseline_of([run()]))] == expected


# --- a pipeline that does not repeat itself


def test_work_that_depends_on_chance_is_not_judged(run, make) -> None:
    restless = {"lengths": (2.0, 2.1, 2.0)}
    for now, before in ((run(more(mm=1), **restless), run()), (run(more(mm=1)), run(**restless))):
        verdict = verdict_of(now, baseline_of([before]))
        assert (verdict.status, verdict.change) == ("not comparable", 3.0)
        assert verdict.cause == "restless"
    assert verdict_of(run(**restless), baseline_of([run(**restless)])).status == "ok"


# --- around the verdicts


def test_accepting_other_work_alone_starts_no_epoch(run, make) -> None:
    baseline = baseline_of([run() for _ in range(4)])
    verdicts = screened(run(more(mm=1)), baseline)
    assert any(v.status == "regressed" for v in verdicts)
    assert not changed(Verdicts(screen=verdicts, combined=verdicts))


COUNTS = st.dictionaries(st.sampled_from("abcd").map("aten.{}".format), st.integers(1, 10**6), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=COUNTS, after=COUNTS)
def test_the_change_is_that_of_the_sums_and_what_moved_adds_up_to_it(run, make, before, after) -> None:
    then, now = (run(Work(operators=counts), cases=("c0",)) for counts in (before, after))
    verdict = verdict_of(now, baseline_of([then]))
    grown = sum(after.values()) - sum(before.values())
    assert verdict.change == grown
    assert verdict.status == ("regressed" if grown > 0 else "improved" if grown < 0 else "ok")
    named = moved(verdict)
    assert {name for name, _, _ in named} == {n for n in before | after if after.get(n) != before.get(n)}
    assert all((old, new) == (before.get(name, 0), after.get(name, 0)) for name, old, new in named)
    assert sum(new - old for _, old, new in named) == grown
