from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Calls,
    Case,
    ColdStart,
    Quality,
    QualityCase,
    Replicate,
    Utterance,
)
from tts_baseline.session.measurement.score import score

CASE = Case(id="uno", text="uno")


def sound(seed: int, level: float = 0.1) -> Utterance:
    dice = np.random.default_rng(seed)
    envelope = (np.sin(np.arange(32000) / 16000 * 9) > 0).astype("float32")
    return Utterance(
        samples=(level * dice.normal(size=32000) * envelope).astype("float32"), sample_rate=16000
    )


def replicates() -> list[Replicate]:
    calls = Calls(
        wall_s=(0.1,), cpu_s=(0.1,), reference_s=(0.001,), audio_s=2.0, sha256="0" * 64, peak_rss=10**7
    )
    start = ColdStart(spawn_s=1, import_s=2, load_s=3, first_request_s=4)
    return [Replicate(cold_start=start, calls={"uno": calls})] * 3


def quality(heard: Utterance, text: str = "uno") -> Quality:
    accepted = QualityCase(
        request=Case(id="uno", text=text).request,
        audio=Audio(sha256=hashlib.sha256(heard.samples.tobytes()).hexdigest(), sample_rate=16000, samples=1),
        recording="",
        run="r",
        scores={},
    )
    acceptance = Acceptance(reason="r", author="a", at="t", commit=None)
    return Quality(
        pipeline="p", variant="v", acceptance=acceptance, software={}, provenance={}, cases={"uno": accepted}
    )


def scored(heard, accepted=None, golden=None):
    readings, own = score(
        [CASE], replicates(), {"uno": heard}, accepted, {"uno": golden} if golden is not None else {}
    )
    return {r.metric: r for r in readings}, {r.metric: r for r in own}


def test_without_a_golden_only_the_runs_own_golden_scores_exist() -> None:
    readings, own = scored((sound(1),))
    assert readings["snr_golden"].value is None
    assert own["snr_golden"].value == 100.0
    assert readings["duration"].value == 2.0
    assert readings["latency"].values == pytest.approx((0.1, 0.1, 0.1))
    assert readings["cold_start"].value == pytest.approx(10.0)


def test_the_accepted_sound_is_scored_against_itself_not_against_its_stored_rounding() -> None:
    coarse = Utterance(samples=np.round(sound(1).samples * 64) / np.float32(64), sample_rate=16000)
    readings, _ = scored((sound(1),), quality(sound(1)), coarse)
    assert readings["snr_golden"].value == 100.0


def test_another_sound_is_scored_against_the_golden() -> None:
    noisy = Utterance(samples=sound(1).samples + sound(2, 0.01).samples, sample_rate=16000)
    readings, own = scored((noisy,), quality(sound(1)), sound(1))
    assert readings["snr_golden"].value == pytest.approx(20.0, abs=0.5)
    assert own["snr_golden"].value == 100.0


def test_the_golden_of_another_text_is_not_used() -> None:
    readings, _ = scored((sound(1),), quality(sound(1), text="dos"), sound(1))
    assert readings["snr_golden"].value is None


def test_an_unseeded_pipeline_is_scored_over_its_repeats() -> None:
    draws = (sound(1), sound(2), sound(3))
    readings, own = scored(draws, quality(sound(1)), sound(1))
    assert len(readings["duration"].values) == 3
    # its own reading is how unlike its draws are, not the perfect score of a draw with itself
    assert own["snr_golden"].value is None or own["snr_golden"].value < 10
