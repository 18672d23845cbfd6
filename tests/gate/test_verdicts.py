"""The one entry: what the screen, the judge and both decide, once each; and what follows from it."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of, quality_of
from tests.support.judgements import even, judgement
from tests.support.runs import Maker
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Change, Verdicts
from tts_baseline.gate import verdicts as entry
from tts_baseline.gate.combine import unconfirmed
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import changed, fails, gating, unconfirmed_gains, verdicts

LIMITS = chosen({})


def judged(slower: float) -> Judgement:
    """Three restarts of the cases of `Maker`, the head slower by this much (natural log)."""

    heads = (0.1 * math.exp(slower + wobble) for wobble in (0.0, 1e-4, -1e-4))
    return judgement([even(["c0", "c1"], 0.1, head, cores=0.5) for head in heads])


@pytest.fixture
def slow(make: Maker) -> tuple[Run, Baseline]:
    """A run that is twice as slow as what was accepted."""
    return make.run(0.2, wobble=0), baseline_of([make.run(0.1, wobble=0) for _ in range(4)])


def test_without_a_judge_the_screen_is_all(slow: tuple[Run, Baseline]) -> None:
    decided = verdicts(*slow, None, LIMITS)
    assert decided.pair == ()
    assert decided.combined == decided.screen
    assert next(v for v in decided.screen if v.gate == "latency" and v.case is None).status == "regressed"


def test_the_judges_own_verdicts_and_the_screens_are_kept_beside_both(slow: tuple[Run, Baseline]) -> None:
    measured = judged(0.7)
    alone, decided = verdicts(*slow, None, LIMITS), verdicts(*slow, measured, LIMITS)
    assert decided.screen == alone.screen
    assert decided.pair == paired.decide(measured, LIMITS)
    assert [v.decided_by for v in decided.combined if v.gate == "latency" and v.case is None] == ["judge"]
    assert [(v.gate, v.case) for v in decided.combined] == [(v.gate, v.case) for v in decided.screen]


def test_a_screen_that_is_known_is_not_decided_again(
    slow: tuple[Run, Baseline], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = verdicts(*slow, judged(0.7), LIMITS)
    monkeypatch.setattr(entry.times, "verdicts", None)  # to be called would be an error
    assert verdicts(*slow, judged(0.7), LIMITS, screen=known.screen) == known


def test_other_limits_are_decided_anew(slow: tuple[Run, Baseline]) -> None:
    measured = judged(0.7)
    wide = verdicts(*slow, measured, chosen({"latency": "300%"}))
    assert {v.status for v in (*wide.screen, *wide.pair, *wide.combined) if v.gate == "latency"} == {"ok"}


def test_what_is_not_limited_is_not_decided(slow: tuple[Run, Baseline]) -> None:
    decided = verdicts(*slow, judged(0.7), {"memory": LIMITS["memory"]})
    assert {v.gate for v in (*decided.screen, *decided.pair)} <= {"memory"}


def test_what_the_arms_are_configured_with_is_the_pairs_cause(slow: tuple[Run, Baseline]) -> None:
    steps = (Change("steps", "16", "7"),)
    measured = judged(0.7)
    measured = replace(measured, against=replace(measured.against, changed=steps))
    decided = verdicts(*slow, measured, LIMITS)
    slower = [
        v for v in (*decided.pair, *decided.combined) if v.gate == "latency" and v.decided_by == "judge"
    ]
    assert {(v.status, v.changed) for v in slower} == {("regressed", steps)}
    quiet = replace(judged(0.0), against=measured.against)
    assert {v.changed for v in verdicts(*slow, quiet, LIMITS).pair} == {()}


# What follows


def test_single_scores_do_not_speak_for_a_suite(make: Maker) -> None:
    run = make.run(0.2, wobble=0, scores={"snr_vad": 20.0})
    runs = [make.run(0.1, wobble=0) for _ in range(4)]
    baseline = baseline_of(runs, quality=quality_of({"snr_vad": 30.0}))
    speaking = gating(verdicts(run, baseline, None, LIMITS).combined)
    assert {v.case for v in speaking if v.gate == "snr"} == {None}
    assert {v.case for v in speaking if v.gate == "latency"} == {None, *(f"c{n}" for n in range(6))}


@pytest.mark.parametrize(
    ("status", "case", "missing", "undecided", "failing"),
    [
        ("regressed", None, "record", "warn", True),
        ("regressed", "c0", "record", "warn", True),
        ("invalid", "c0", "record", "warn", True),
        ("undecided", None, "fail", "warn", False),
        ("undecided", None, "record", "fail", True),
        ("undecided", "c0", "record", "fail", False),
        ("no baseline", None, "record", "fail", False),
        ("no baseline", "c0", "fail", "warn", True),
        ("not comparable", None, "fail", "fail", False),
        ("improved", None, "fail", "fail", False),
        ("ok", None, "fail", "fail", False),
    ],
)
def test_what_fails_a_build(slow, status, case, missing, undecided, failing) -> None:
    known = replace(verdicts(*slow, None, LIMITS).screen[0], status=status, case=case)
    assert fails(known, missing=missing, undecided=undecided) is failing


@pytest.mark.parametrize(
    ("status", "change", "case", "gate", "is_new"),
    [
        ("regressed", 0.3, None, "latency", True),
        ("improved", -0.3, None, "memory", True),
        ("ok", 0.01, None, "latency", False),
        ("undecided", 0.09, None, "latency", False),
        ("undecided", 0.11, None, "latency", True),
        ("undecided", -0.11, None, "latency", False),
        ("improved", -0.3, None, "latency", False),
        ("improved", -0.3, None, "cold_start", False),
        ("undecided", None, None, "latency", False),
        ("regressed", 0.3, "c0", "latency", False),
        ("regressed", 3.0, None, "snr", False),
        ("regressed", 3.0, None, "operators", False),
    ],
)
def test_which_acceptance_begins_an_epoch(slow, status, change, case, gate, is_new) -> None:
    metric = {"snr": "snr_vad"}.get(gate, gate)
    known = replace(
        verdicts(*slow, None, LIMITS).screen[0],
        gate=gate, metric=metric, status=status, change=change, case=case, limit=0.05,
    )  # fmt: skip
    assert changed(Verdicts(screen=(known,), combined=(unconfirmed(known),))) is is_new


@pytest.mark.parametrize("status", ["improved", "undecided"])
@pytest.mark.parametrize(
    ("judged", "is_new"), [("improved", True), ("ok", False), ("undecided", False), ("better", False)]
)
def test_a_gain_begins_an_epoch_only_where_the_judge_confirms_it(slow, status, judged, is_new) -> None:
    screen = replace(verdicts(*slow, None, LIMITS).screen[0], status=status, change=-0.3, limit=0.05)
    confirmed = replace(screen, status=judged, decided_by="judge")
    decided = Verdicts(screen=(screen,), combined=(confirmed,))
    assert changed(decided) is is_new
    assert bool(unconfirmed_gains(decided)) is (status == "improved" and not is_new)
