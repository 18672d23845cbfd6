"""Known answers of wideband PESQ, and every way in which it can refuse."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pesq
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, heard, noise, speech_mask
from tests.support.sounds import clip as whole_clip
from tts_baseline.metrics.golden import pesq_wb

SELF = 4.644


def clip() -> np.ndarray:
    """The first phrase, which is enough for PESQ."""
    return whole_clip()[: 7 * RATE // 2]


def noisy(snr_db: float, seed: int = 0) -> np.ndarray:
    return at_snr(clip(), snr_db, noise(clip().size, seed), speech_mask(clip()))


def mos(samples: np.ndarray, golden: np.ndarray, **rates: int) -> float:
    reading = pesq_wb.read(heard(samples, golden=golden, **rates))
    assert reading.reason is None
    return reading.value


def test_the_golden_itself_scores_the_maximum():
    assert mos(clip(), clip()) == pytest.approx(SELF, abs=5e-4)


@pytest.mark.parametrize(("snr_db", "expected"), [(40, 3.43), (30, 2.56), (20, 1.51), (10, 1.11)])
def test_white_noise(snr_db, expected):
    assert mos(noisy(snr_db), clip()) == pytest.approx(expected, abs=0.1)


def test_the_golden_is_the_reference_and_the_utterance_is_the_degraded_one():
    expected = pesq.pesq(RATE, clip(), noisy(20), "wb")
    assert mos(noisy(20), clip()) == pytest.approx(expected, abs=1e-6)
    assert mos(clip(), noisy(20)) != pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("gain", [0.05, -1.0, 1.4])
def test_level_and_polarity_do_not_matter(gain):
    assert mos(gain * noisy(30), clip()) == pytest.approx(mos(noisy(30), clip()), abs=0.01)


def test_a_shift_is_aligned_away_and_lengths_may_differ():
    later = np.concatenate([np.zeros(RATE // 200), clip()])
    assert mos(later, clip()) == pytest.approx(SELF, abs=0.01)


def test_rates_are_brought_to_16_khz():
    fine = soxr.resample(clip(), RATE, 24_000, quality="HQ")
    assert mos(fine, fine, rate=24_000) == pytest.approx(SELF, abs=5e-4)
    assert mos(fine, clip(), rate=24_000, golden_rate=RATE) > 4.5


def test_audio_over_15_s_is_the_mean_of_its_parts():
    golden = np.tile(clip(), 6)
    samples = np.concatenate([np.tile(clip(), 3), np.tile(noisy(20), 3)])
    reading = pesq_wb.read(heard(samples, golden=golden))
    assert reading.note == "mean of 2 parts"
    assert reading.value == pytest.approx(
        (SELF + mos(np.tile(noisy(20), 3), np.tile(clip(), 3))) / 2, abs=1e-3
    )


def test_a_pause_that_is_longer_hardly_matters_and_what_is_missing_does():
    longer = np.insert(clip(), 3 * RATE, np.zeros(RATE // 3))
    assert mos(longer, clip()) > 4.5
    speech = slice(RATE, 5 * RATE // 4)
    assert mos(np.delete(clip(), speech), clip()) < 4.0


def test_shorter_than_a_quarter_second_is_none():
    short = clip()[RATE : RATE + 3_900]
    reading = pesq_wb.read(heard(short / 2, golden=short))
    assert (reading.value, reading.reason) == (None, "shorter than 0.25 s")


def test_no_utterance_is_none():
    """The golden speaks for 50 ms only: PESQ needs 200 ms."""
    golden = np.zeros(2 * RATE)
    golden[RATE : RATE + 800] = clip()[RATE : RATE + 800]
    reading = pesq_wb.read(heard(clip()[: 2 * RATE], golden=golden))
    assert (reading.value, reading.reason) == (None, "PESQ found no utterance")


def test_a_silent_part_is_none():
    golden = np.concatenate([clip(), np.zeros(14 * RATE)])
    reading = pesq_wb.read(heard(0.9 * golden, golden=golden))
    assert (reading.value, reading.reason) == (None, "a part of it is silent")


def test_any_other_refusal_is_none(monkeypatch):
    def refuse(*_: object) -> float:
        raise pesq.PesqError(b"Unknown")

    monkeypatch.setattr(pesq, "pesq", refuse)
    reading = pesq_wb.read(heard(0.9 * clip(), golden=clip()))
    assert (reading.value, reading.reason) == (None, "PESQ failed: b'Unknown'")


def test_more_than_50_bursts_do_not_kill_the_process():
    """The reference code writes past its arrays at the 51st utterance; this signal holds 59 in 25 s."""
    script = """
        import numpy as np
        from tts_baseline.core.protocols import Evidence
        from tts_baseline.core.records import Utterance
        from tts_baseline.metrics.golden import pesq_wb
        time = np.arange(25 * 16_000) / 16_000
        bursts = 0.1 * np.random.default_rng(0).standard_normal(time.size) * (time % 0.42 < 0.21)
        made = Utterance(samples=bursts, sample_rate=16_000)
        print(pesq_wb.read(Evidence(utterances=(made,), golden=made)).value)
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0
    assert float(result.stdout) == pytest.approx(SELF, abs=5e-4)
