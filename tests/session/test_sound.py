"""The sound of two arms side by side: what is scored, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from msgspec.structs import replace

from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.gate.judge.sound import changes
from tts_baseline.session.judge.sound import FirstUtterances, sound_of

CASES = [Case(id=name, text=name) for name in ("a", "b", "c")]


@pytest.fixture(scope="module")
def speech() -> Utterance:
    return Utterance(samples=clip()[: 4 * RATE].astype(np.float32), sample_rate=RATE)


def change_of(sound: PairedSound, metric: str):
    return next(change for change in changes(sound) if change.metric == metric)


def test_the_same_samples_are_identical_and_no_metric_moves(speech) -> None:
    arm = {case.id: speech for case in CASES}
    sound = sound_of(CASES, arm, dict(arm))
    assert sound.identical == sound.cases == ("a", "b", "c")
    assert {change.metric for change in changes(sound)} >= {"snr_golden", "pesq_wb", "stoi", "level"}
    assert all((change.change, change.low, change.high) == (0, 0, 0) for change in changes(sound))


def test_the_bases_utterance_is_the_golden_of_both_arms(speech) -> None:
    quieter = replace(speech, samples=speech.samples / 2)
    base = {case.id: speech for case in CASES}
    sound = sound_of(CASES, base, base | {"b": quieter})
    assert sound.identical == ("a", "c")
    level = change_of(sound, "level")
    assert (level.change, level.cases) == (0.0, 3)  # a median: one quieter case of three does not move it
    assert level.low == pytest.approx(-6.02, abs=0.01)
    assert change_of(sound_of(CASES, base, dict.fromkeys("abc", quieter)), "level").change == pytest.approx(
        -6.02, abs=0.01
    )
    noisy = replace(
        speech, samples=speech.samples + 0.02 * noise(speech.samples.size, seed=1).astype(np.float32)
    )
    assert change_of(sound_of(CASES, base, dict.fromkeys("abc", noisy)), "snr_golden").change < -20


def test_only_cases_that_both_arms_have_said_are_scored(speech) -> None:
    sound = sound_of(CASES, {"a": speech, "b": speech}, {"b": speech, "c": speech})
    assert sound.cases == ("b",)
    assert {reading.case for reading in (*sound.base, *sound.head)} == {"b"}


def test_the_first_utterance_of_each_arm_is_kept(speech) -> None:
    other = replace(speech, samples=speech.samples[:100])
    first = FirstUtterances()
    first("base", "a", speech)
    first("head", "a", other)
    first("base", "a", other)
    assert (first.base, first.head) == ({"a": speech}, {"a": other})


def test_what_metrics_share_about_the_golden_is_computed_once_for_both_arms(speech, monkeypatch) -> None:
    rates: list[int] = []
    resample = soxr.resample
    monkeypatch.setattr(
        soxr, "resample", lambda x, old, new, **more: rates.append(new) or resample(x, old, new, **more)
    )
    quieter = replace(speech, samples=speech.samples / 2)
    sound_of(CASES[:1], {"a": speech}, {"a": quieter})
    assert rates == [10_000, 10_000]  # of the head, and of the golden; the clip has the others' rate


def test_an_arm_that_says_the_same_is_not_scored_again(speech, monkeypatch) -> None:
    computed = []
    metric = metrics()["level"]
    counted = metric._replace(read=lambda evidence: computed.append(evidence) or metric.read(evidence))
    monkeypatch.setattr("tts_baseline.session.judge.sound.metrics", lambda: {"level": counted})
    sound = sound_of(CASES[:1], {"a": speech}, {"a": replace(speech)})
    assert len(computed) == 1
    assert sound.base == sound.head
    sound_of(CASES[:1], {"a": speech}, {"a": replace(speech, samples=speech.samples / 2)})
    assert len(computed) == 3
