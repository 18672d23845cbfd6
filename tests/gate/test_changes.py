"""What is not as it was, and which verdicts it is the cause of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import baseline_of, quality_of
from tests.support.runs import Maker
from tests.support.verdicts import screened
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Change, Verdict
from tts_baseline.gate import changes
from tts_baseline.gate.verdicts import fails

STEPS = (Change("steps", "16", "7"),)
SEVEN, SIXTEEN = {"steps": "7", "voice": "ana"}, {"steps": "16", "voice": "ana"}


def test_what_differs_is_told_by_name_and_what_one_lacks_is_a_dash() -> None:
    before, now = {"b": "1", "same": "x", "gone": "2"}, {"b": "2", "same": "x", "a": "3"}
    assert changes.between(before, now) == (
        Change("a", "-", "3"), Change("b", "1", "2"), Change("gone", "2", "-"),
    )  # fmt: skip


@given(
    st.dictionaries(st.text(max_size=2), st.text(max_size=2)),
    st.dictionaries(st.text(max_size=2), st.text(max_size=2)),
)
def test_nothing_differs_from_itself_and_the_way_back_is_the_reverse(before, now) -> None:
    assert changes.between(before, before) == ()
    back = [Change(change.name, change.now, change.before) for change in changes.between(now, before)]
    assert list(changes.between(before, now)) == back


def test_around_the_code_is_what_the_newest_accepted_run_had_otherwise(make: Maker) -> None:
    old, last, run = (replace(make.run(), provenance={"voice": voice}) for voice in "abc")
    newer = replace(run, environment=replace(run.environment, software={"numpy": "3"}))
    around = changes.around(newer, baseline_of([old, last]))
    assert around == (Change("numpy", "2", "3"), Change("voice", "b", "c"))
    assert changes.around(newer, Baseline()) == ()


@pytest.mark.parametrize(
    ("status", "change", "is_one"),
    [
        ("regressed", 0.1, True),
        ("improved", -0.1, True),
        ("undecided", 0.06, True),
        ("undecided", -0.06, True),
        ("undecided", 0.04, False),
        ("undecided", None, False),
        ("ok", 0.06, False),
        ("invalid", None, False),
        ("not comparable", 0.3, False),
        ("no baseline", None, False),
    ],
)
def test_only_a_verdict_of_a_change_has_a_cause(status: str, change: float | None, is_one: object) -> None:
    known = Verdict(
        gate="latency", metric="latency", family="latency", case=None, status=status, unit="s", relative=True,
        change=change, limit=0.05,
    )  # fmt: skip
    assert changes.is_of_a_change(known) is is_one
    assert changes.because([known], STEPS)[0].changed == (STEPS if is_one else ())


# A change of what is configured is gated like code


def verdict_of(run: Run, baseline: Baseline, gate: str, case: str | None = None) -> Verdict:
    (verdict,) = [v for v in screened(run, baseline) if (v.gate, v.case) == (gate, case)]
    return verdict


def test_times_and_memory_name_what_the_newest_accepted_run_was_configured_with(make: Maker) -> None:
    old = [replace(make.run(0.1, wobble=0), provenance={"steps": "32", "voice": "ana"}) for _ in range(3)]
    last = replace(make.run(0.1, wobble=0), provenance=SIXTEEN)
    run = replace(make.run(0.3, wobble=0), provenance=SEVEN)
    for case in (None, "c0"):
        slower = verdict_of(run, baseline_of([*old, last]), "latency", case)
        assert (slower.status, slower.changed) == ("regressed", STEPS)
        assert fails(slower, missing="record", undecided="warn")
    assert verdict_of(run, baseline_of([*old, last]), "memory").changed == ()  # it is ok
    same = replace(run, provenance=SIXTEEN)
    assert verdict_of(same, baseline_of([*old, last]), "latency").changed == ()


def test_another_suites_run_is_not_what_times_are_compared_with(make: Maker) -> None:
    last = replace(make.run(0.1, wobble=0), provenance=SIXTEEN)
    other = replace(make.run(0.1, wobble=0), provenance=SEVEN, suite="en")
    run = replace(make.run(0.3, wobble=0), provenance=SEVEN)
    assert verdict_of(run, baseline_of([last, other]), "latency").changed == STEPS


def test_quality_names_what_the_accepted_sound_was_configured_with(make: Maker) -> None:
    quality = replace(quality_of({"snr_vad": 30.0}), provenance=SIXTEEN)
    run = replace(make.run(scores={"snr_vad": 20.0}), provenance=SEVEN)
    for case, status in ((None, "regressed"), ("c0", "worse")):
        worse = verdict_of(run, baseline_of(quality=quality), "snr", case)
        assert (worse.status, worse.changed) == (status, STEPS)
    fine = replace(make.run(scores={"snr_vad": 30.0}), provenance=SEVEN)
    assert verdict_of(fine, baseline_of(quality=quality), "snr").changed == ()
