"""Less noise by a low-pass is no improvement: bandwidth fell with it."""

from __future__ import annotations

import pytest

from tests.support.baselines import baseline_of, quality_of
from tts_baseline.core.registry import metrics
from tts_baseline.gate.explain import reason

THEN = {"snr_vad": 30.0, "snr_speech": 30.0, "bandwidth": 6000.0}


@pytest.mark.parametrize("gate", ["snr", "snr_speech"])
@pytest.mark.parametrize(
    ("bandwidth", "status"),
    [(6000.0, "improved"), (5710.0, "improved"), (5690.0, "better"), (6400.0, "improved")],
)
def test_a_gain_is_improved_where_the_bandwidth_was_kept(make, verdict, gate, bandwidth, status) -> None:
    now = {"snr_vad": 33.0, "snr_speech": 33.0, "bandwidth": bandwidth}
    v = verdict(make.run(scores=now), baseline_of(quality=quality_of(THEN)), gate)
    assert v.status == status
    assert ("no gain: bandwidth fell with it" in reason(v)) == (status == "better")


def test_a_loss_is_a_loss_whatever_the_bandwidth(make, verdict) -> None:
    now = {"snr_vad": 27.0, "snr_speech": 27.0, "bandwidth": 4000.0}
    assert verdict(make.run(scores=now), baseline_of(quality=quality_of(THEN)), "snr").status == "regressed"


def test_a_bandwidth_that_some_cases_lost_spoils_the_suite_s_gain(make, verdict) -> None:
    """Two of six cases are filtered: the suite's bandwidth is undecided, and so no gain is sure."""
    now = {"snr_vad": 33.0, "snr_speech": 33.0, "bandwidth": 5990.0}
    filtered = {("bandwidth", f"c{n}"): 3000.0 for n in range(2)}
    run = make.run(scores=now, case_scores=filtered)
    assert verdict(run, baseline_of(quality=quality_of(THEN)), "bandwidth").status == "undecided"
    assert verdict(run, baseline_of(quality=quality_of(THEN)), "snr").status == "better"


def test_what_is_kept_is_declared() -> None:
    assert {m.spec.name for m in metrics().values() if m.spec.kept} == {"snr_vad", "snr_speech"}
