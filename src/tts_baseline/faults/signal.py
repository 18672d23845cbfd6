"""Faults of the signal: noise, filters, clipping, clicks, hum, level."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tts_baseline.faults.fault import Fault, Original
from tts_baseline.faults.hearing import span_of_speech, speech_power

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_MUFFLED_FROM_HZ = 3_000.0
_STOPPED = 1e-4  # -80 dB
_CLICKS = 5
_MAINS_HZ = 50.0
_HARMONICS = (1.0, 0.5, 0.25)  # of 50, 100 and 150 Hz, as a rectifier leaves them


def _noise(original: Original, snr_db: float, dice: np.random.Generator) -> Samples:
    power = speech_power(original.wave, original.rate) / 10 ** (snr_db / 10)
    noise: Samples = np.sqrt(power) * dice.standard_normal(original.wave.size)
    return original.wave + noise


def _hum(original: Original, snr_db: float, _: np.random.Generator) -> Samples:
    seconds = np.arange(original.wave.size) / original.rate
    parts = [
        amplitude * np.sin(2 * np.pi * _MAINS_HZ * number * seconds)
        for number, amplitude in enumerate(_HARMONICS, 1)
    ]
    power = speech_power(original.wave, original.rate) / 10 ** (snr_db / 10)
    hum: Samples = np.sum(parts, axis=0) * np.sqrt(2 * power / np.sum(np.square(_HARMONICS)))
    return original.wave + hum


def _low_pass(original: Original, edge_hz: float, _: np.random.Generator) -> Samples | None:
    if edge_hz >= original.rate / 2:
        return None
    return _filtered(original, lambda hz: np.where(hz > edge_hz, _STOPPED, 1.0))


def _muffled(original: Original, gain_db: float, _: np.random.Generator) -> Samples:
    return _filtered(original, lambda hz: np.where(hz > _MUFFLED_FROM_HZ, 10 ** (gain_db / 20), 1.0))


def _filtered(original: Original, gain_of: Callable[[Samples], Samples]) -> Samples:
    size = original.wave.size
    hz = np.asarray(np.fft.rfftfreq(size, 1 / original.rate), dtype=np.float64)
    return np.fft.irfft(np.fft.rfft(original.wave) * gain_of(hz), size)


def _clipped(original: Original, level: float, _: np.random.Generator) -> Samples:
    most = level * np.abs(original.wave).max()
    return original.wave.clip(-most, most)


def _clicks(original: Original, height: float, dice: np.random.Generator) -> Samples:
    clicked = original.wave.copy()
    first, last = span_of_speech(original.wave, original.rate)
    signs = dice.choice((-1.0, 1.0), _CLICKS)
    clicked[dice.integers(first, last, _CLICKS)] += signs * height * np.abs(original.wave).max()
    return clicked


def _softer(original: Original, gain_db: float, _: np.random.Generator) -> Samples:
    return original.wave * 10 ** (gain_db / 20)


FAULTS = (
    Fault(
        name="noise", what="white noise, so far below the speech",
        strengths=(50, 40, 30, 20, 0), shown="{:g} dB", plant=_noise,
        gates=frozenset({"snr", "snr_speech"}), is_gross=True,
    ),
    Fault(
        name="hum", what="hum of 50, 100 and 150 Hz, so far below the speech",
        strengths=(50, 40, 30, 20, 10), shown="{:g} dB", plant=_hum,
        gates=frozenset({"hum", "snr", "snr_speech"}),
    ),
    Fault(
        name="low-pass", what="nothing is left above this frequency",
        strengths=(7000, 6000, 5000, 4000, 3000), shown="{:g} Hz", plant=_low_pass,
        gates=frozenset({"bandwidth", "ltas"}),
    ),
    Fault(
        name="muffled", what="what is above 3 kHz is so much weaker",
        strengths=(-3, -6, -10, -20, -40), shown="{:g} dB", plant=_muffled,
        gates=frozenset({"bandwidth", "ltas"}),
    ),
    Fault(
        name="clipping", what="the waveform is cut off at this share of its peak",
        strengths=(0.9, 0.7, 0.5, 0.3, 0.15), shown="{:.0%} of the peak", plant=_clipped,
        gates=frozenset({"clipping", "structure"}),
    ),
    Fault(
        name="clicks", what="five single samples stand out by this share of the peak",
        strengths=(0.05, 0.1, 0.2, 0.5, 1.0), shown="{:.0%} of the peak", plant=_clicks,
        gates=frozenset({"clicks"}),
    ),
    Fault(
        name="softer", what="all of it is so much softer",
        strengths=(-0.5, -1.5, -4, -6, -12), shown="{:g} dB", plant=_softer,
        gates=frozenset({"level"}),
    ),
)  # fmt: skip
