"""Planned pauses have the level and the colour of the voice's own silences."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals
from tests.support.sounds import heard
from tts_baseline.metrics.signal import snr_vad
from tts_baseline.pipelines.f5_spanish.post.join import Pause, bare_edges, join
from tts_baseline.pipelines.f5_spanish.post.room import QUIET, room_tone

RATE = signals.RATE
BANDS = ((100, 1000), (1000, 4000), (4000, 11_000))


def coloured(seconds: float, level_db: float, seed: int, colour: str) -> np.ndarray:
    white = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(white)
    hz = np.fft.rfftfreq(white.size, 1 / RATE)
    gains = {"white": np.ones_like(hz), "dark": 1 / (1 + (hz / 1000) ** 2), "bright": hz / RATE}
    wave = np.fft.irfft(spectrum * gains[colour], white.size)
    return (wave * 10 ** (level_db / 20) / np.sqrt(np.mean(wave**2))).astype(np.float32)


def chunk(seed: int, level_db: float, colour: str, silence_s: float = 0.15) -> np.ndarray:
    """Speech between two silences, with noise over all of it."""
    quiet = np.zeros(round(silence_s * RATE), np.float32)
    wave = np.concatenate([quiet, signals.speech(1.0, seed), quiet])
    return wave + coloured(wave.size / RATE, level_db, seed, colour)[: wave.size]


@pytest.mark.parametrize("colour", ["white", "dark", "bright"])
@pytest.mark.parametrize("level_db", [-80, -60, -48])
def test_a_pause_sounds_as_the_silences_beside_it(level_db, colour):
    chunks = [chunk(seed, level_db, colour) for seed in (1, 2)]
    seams = [Pause(seconds=1.0)]
    joined = join(bare_edges(chunks, RATE, seams), RATE, seams, tones=[room_tone(chunks, RATE)])
    pause = joined.samples[slice(*joined.pauses[0])]
    noise = coloured(1.0, level_db, 7, colour)
    assert signals.db(pause) == pytest.approx(level_db, abs=1.0)
    for low, high in BANDS:
        there, here = (signals.band_db(wave, low, high) for wave in (noise, pause))
        assert here == pytest.approx(there, abs=1.5)


def test_a_planned_pause_does_not_change_the_signal_to_noise_ratio():
    prompts = [signals.prompt(i) + signals.noise(signals.prompt(i).size / RATE, -52, i) for i in range(2)]
    seams = [Pause(seconds=1.5)]
    joined = join(bare_edges(prompts, RATE, seams), RATE, seams, tones=[room_tone(prompts, RATE)])
    alone, together = (
        snr_vad.read(heard(wave.astype(np.float64), rate=RATE)).value
        for wave in (np.concatenate(prompts), joined.samples)
    )
    assert together == pytest.approx(alone, abs=0.5)


@pytest.mark.parametrize(
    "waves", [[], [np.zeros(0, np.float32)], [signals.speech(0.5)], [chunk(1, -60, "white", 0.03)]]
)
def test_without_enough_silence_the_room_is_quiet(waves):
    assert room_tone(waves, RATE) is QUIET


def test_silences_of_several_chunks_are_put_together():
    assert room_tone([chunk(seed, -60, "white", 0.075) for seed in range(4)], RATE) is not QUIET


def test_a_voice_whose_silences_are_digital_has_such_pauses():
    wave = np.concatenate([np.zeros(4800, np.float32), signals.speech(1.0), np.zeros(4800, np.float32)])
    assert not room_tone([wave], RATE).any()
