"""How both arms sound, metric by metric: medians and the paired change, over the cases that both have."""

from __future__ import annotations

import pytest

from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.records import Reading
from tts_baseline.gate.judge.sound import changes


def readings(metric: str, **values: float | None) -> tuple[Reading, ...]:
    return tuple(Reading(metric=metric, case=case, value=value) for case, value in values.items())


def sound(base: tuple[Reading, ...], head: tuple[Reading, ...]) -> PairedSound:
    return PairedSound(base=base, head=head, identical=(), cases=("a", "b", "c"))


def test_the_change_is_that_of_the_cases_and_the_medians_are_the_arms() -> None:
    base, head = readings("snr_vad", a=20.0, b=30.0, c=40.0), readings("snr_vad", a=19.0, b=32.0, c=41.5)
    (snr,) = changes(sound(base, head))
    assert (snr.metric, snr.unit, snr.cases) == ("snr_vad", "dB", 3)
    assert (snr.base, snr.head, snr.change) == (30.0, 32.0, 1.5)
    assert (snr.low, snr.high) == (-1.0, 2.0)


def test_a_case_that_an_arm_has_no_value_of_is_left_out() -> None:
    base, head = readings("stoi", a=0.9, b=None, c=0.5), readings("stoi", a=0.8, b=0.7, c=None)
    (stoi,) = changes(sound(base, head))
    assert (stoi.base, stoi.head, stoi.cases) == (0.9, 0.8, 1)
    assert stoi.change == pytest.approx(-0.1)
    assert changes(sound(readings("stoi", c=1.0), ())) == ()


def test_each_metric_reads_its_own_and_no_time_is_a_sound() -> None:
    base = readings("stoi", a=0.9) + readings("level", a=-20.0) + readings("latency", a=1.0)
    head = readings("latency", a=2.0) + readings("level", a=-23.0) + readings("stoi", a=0.8)
    assert {change.metric: change.change for change in changes(sound(base, head))} == {
        "level": -3.0,
        "stoi": pytest.approx(-0.1),
    }


def test_a_reading_of_the_whole_run_is_of_no_case() -> None:
    whole_run = (Reading(metric="level", case=None, value=-20.0),)
    assert changes(sound(whole_run, whole_run)) == ()
