"""Speech and pauses of the committed clip, whose pauses are digitally silent, and the detector's manners."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soxr

from tests.support import environment
from tests.support.sounds import RATE, clip, spans, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import voice_activity as module
from tts_baseline.metrics.features.voice_activity import speech_probability, voice_activity


@pytest.mark.parametrize("rate", [RATE, 24_000])
def test_speech_is_where_the_clip_speaks_and_pauses_are_where_it_is_silent(rate):
    samples = clip() if rate == RATE else soxr.resample(clip(), RATE, rate, quality="HQ")
    truth = speech_mask(clip())[np.arange(samples.size) * RATE // rate]
    speech, pauses = voice_activity(Sound(samples, rate))
    assert speech.shape == pauses.shape == samples.shape
    assert np.mean(speech == truth) > 0.95
    assert not np.any(speech & pauses)
    assert np.mean(pauses[~truth]) > 0.6
    assert np.mean(pauses[truth]) < 0.02


def test_pauses_keep_their_distance_from_speech():
    speech, pauses = voice_activity(Sound(clip(), RATE))
    for start, stop in spans(speech):
        assert not pauses[max(0, start - RATE // 20) : stop + RATE // 20].any()


def test_the_detector_hears_both_directions_of_time_at_half_of_full_scale(monkeypatch):
    """One that grows surer from chunk to chunk is as sure everywhere, in the mean."""
    loudest: list[float] = []

    class Growing:
        def reset(self) -> None:
            self.heard = 0

        def process_samples(self, chunk: list[float]) -> float:
            loudest.append(max(map(abs, chunk)))
            self.heard += 1
            return self.heard / 10

    monkeypatch.setattr(module, "detector", Growing)
    samples = np.tile([1.0, -1.0], 8 * 256)
    assert module._probability(Sound(samples, RATE)) == pytest.approx(np.full(8, 0.45))
    assert (len(loudest), set(loudest)) == (16, {0.5})


@pytest.mark.parametrize("rate", [RATE, 22_050])
def test_a_sample_is_as_likely_speech_as_its_32_ms_and_not_at_all_in_a_pause(rate, monkeypatch):
    """Counted from where digital silence ends; a step of 32 ms is 705.6 samples at 22,050 Hz."""
    said = np.array([0.9, 0.7, 0.45, 0.1, 0.1, 0.1, 0.1, 0.8])
    monkeypatch.setattr(module, "_probability", lambda sound: said)
    silence, sounding = rate // 10, round(8 * 0.032 * rate)
    tone = np.sin(np.arange(sounding))
    likely = speech_probability(Sound(np.concatenate([np.zeros(silence), tone, np.zeros(silence)]), rate))
    inside = likely[silence + 1 : silence + sounding]  # the sine's first sample is silent, too
    for chunk, expected in ((0, 0.9), (1, 0.7), (2, 0.45), (4, 0.0), (7, 0.8)):
        middle = round((chunk + 0.5) * 0.032 * rate)
        assert set(inside[middle - rate // 100 : middle + rate // 100]) == {expected}
    assert not likely[:silence].any()
    assert not likely[silence + sounding :].any()


@pytest.mark.parametrize("gain", [1e-4, -1.0, 50.0])
def test_level_and_polarity_play_no_part(gain):
    sound = Sound(clip()[: 4 * RATE], RATE)
    for ours, theirs in zip(
        voice_activity(Sound(gain * sound.samples, RATE)), voice_activity(sound), strict=True
    ):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("probability", "speech", "doubtful"),
    [
        ([0.1, 0.9, 0.9, 0.1], ".##.", ".##."),
        ([0.1, 0.55, 0.55, 0.1], "....", ".##."),  # never sure enough to be speech
        ([0.9, 0.45, 0.45, 0.9], "####", "####"),  # never sure enough to be a pause
        ([0.9, 0.45, 0.35, 0.9], "#..#", "#..#"),
        ([0.45, 0.45, 0.9, 0.45], "..#.", "####"),  # at the ends neither
    ],
)
def test_hysteresis(probability, speech, doubtful):
    masks = module._segments(np.array(probability))
    assert ["".join("#" if chunk else "." for chunk in mask) for mask in masks] == [speech, doubtful]


def test_the_detector_leaves_the_environment_as_it_was(monkeypatch):
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    voice_activity(Sound(clip()[: 4 * RATE], RATE))
    assert "OMP_THREAD_LIMIT" not in os.environ
    monkeypatch.setenv("OMP_THREAD_LIMIT", "2")
    voice_activity(Sound(clip()[: 4 * RATE], RATE))
    assert os.environ["OMP_THREAD_LIMIT"] == "2"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads in /proc")
def test_the_detector_computes_on_one_thread():
    """Four threads a 32 ms chunk make it 15 times slower."""
    script = """if True:
        import os
        from tests.support import sounds
        from tts_baseline.core.sounds import Sound
        from tts_baseline.metrics.features.voice_activity import voice_activity
        samples = sounds.clip()
        before = len(os.listdir("/proc/self/task"))
        voice_activity(Sound(samples, sounds.RATE))
        print(len(os.listdir("/proc/self/task")) - before)
    """
    own = {name: value for name, value in environment().items() if not name.startswith("OMP_")}
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=own,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout.strip() == "0"
