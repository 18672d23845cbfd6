"""Finding silence: the noise floor is the wave's own, soft onsets belong to the speech, doubt is speech."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals
from tts_baseline.pipelines.f5_spanish.post.silence import (
    edge_silence,
    frame_levels,
    loud_level,
    speech_spans,
)

RATE = signals.RATE


def test_levels_are_rms_in_db_of_full_scale_with_a_short_last_frame():
    wave = np.concatenate([np.full(240, 0.1), np.full(240, -1.0), np.zeros(240), np.full(7, 0.01)])
    np.testing.assert_allclose(frame_levels(wave.astype(np.float32), RATE), [-20, 0, -100, -40], atol=1e-5)
    assert frame_levels(np.empty(0, np.float32), RATE).size == 0


def test_the_loud_level_is_that_of_the_speech_not_of_the_silence():
    wave = np.concatenate([signals.noise(1, -70), np.full(RATE, 0.1, np.float32)])
    assert loud_level(wave, RATE) == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize("floor_db", [-90, -70, -55])
@pytest.mark.parametrize("gain", [0.1, 1.0, 3.0])
def test_spans_are_found_to_a_frame_at_any_noise_floor_and_level(floor_db, gain):
    truth = [(0.2, 1.0), (1.3, 1.9)]
    wave = signals.noise(2.2, floor_db)
    for seed, (start, stop) in enumerate(truth):
        wave[round(start * RATE) : round(stop * RATE)] += signals.speech(stop - start, seed)
    spans = np.array(speech_spans((gain * wave).astype(np.float32), RATE)) / RATE
    assert spans.shape == (2, 2)
    np.testing.assert_allclose(spans, truth, atol=0.006)


def test_a_soft_onset_is_part_of_the_speech_it_leads_to_but_alone_is_none():
    floor, soft = signals.noise(2.0, -60), signals.noise(2.0, -55.5, seed=1)
    onset, talk = slice(RATE - 2400, RATE), slice(RATE, RATE + RATE // 2)
    alone = slice(RATE // 4, RATE // 4 + 2400)
    wave = floor.copy()
    wave[onset] += soft[onset]
    wave[alone] += soft[alone]
    wave[talk] += signals.speech(0.5)
    spans = speech_spans(wave, RATE)
    np.testing.assert_allclose(spans, [(RATE - 2400, RATE + RATE // 2)], atol=120)


def test_edges_are_measured_from_both_ends():
    wave = np.concatenate([np.zeros(2400), signals.speech(0.5), np.zeros(600)]).astype(np.float32)
    assert edge_silence(wave, RATE) == (2400, 600)


@pytest.mark.parametrize(
    "wave",
    [
        np.zeros(RATE, np.float32),
        signals.noise(1.0, -60),
        signals.noise(1.0, -10),
        signals.speech(1.0),
        signals.speech(1.0) + signals.noise(1.0, -40),
        np.ones(1, np.float32),
    ],
    ids=["zeros", "quiet noise", "loud noise", "speech alone", "noisy speech alone", "one sample"],
)
def test_a_wave_in_which_no_silence_stands_out_is_all_speech(wave):
    assert edge_silence(wave, RATE) == (0, 0)
    assert speech_spans(wave, RATE)[0][0] == 0


def test_silence_too_close_to_the_speech_is_not_believed():
    # 25 dB below the loud frames a fricative may lie, so nothing is silence here.
    wave = np.concatenate([signals.noise(0.3, -45), np.full(RATE, 0.1, np.float32)])
    assert edge_silence(wave, RATE) == (0, 0)
    assert edge_silence(np.concatenate([signals.noise(0.3, -62), wave[7200:]]), RATE) == (7200, 0)
    assert speech_spans(wave, RATE, below_loud_db=10) == [(7200, wave.size)]


def test_no_sound_has_no_spans():
    assert speech_spans(np.empty(0, np.float32), RATE) == []
    assert edge_silence(np.empty(0, np.float32), RATE) == (0, 0)


def test_little_of_recorded_speech_is_called_silence():
    # Truth: 10 ms frames of the clean recording within 35 dB of its loud ones.
    clean = signals.clip()
    spoken = frame_levels(clean, RATE) > loud_level(clean, RATE) - 35
    for floor_db in (-100, -70, -60):
        noisy = clean + signals.noise(clean.size / RATE, floor_db)[: clean.size]
        kept = np.zeros(clean.size, bool)
        for start, stop in speech_spans(noisy, RATE):
            kept[start:stop] = True
        lost_s = (np.repeat(spoken, 240)[: clean.size] & ~kept).sum() / RATE
        print(floor_db, lost_s)
        assert lost_s < 0.060
