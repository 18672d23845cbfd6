"""Waves with a known truth: where speech starts and stops, how loud and how high it is."""

from __future__ import annotations

import functools

import numpy as np
import soundfile
import soxr

from tests.support import REPOSITORY

RATE = 24_000
CLIP = REPOSITORY / "tests" / "data" / "speech_es_mx.flac"


def tone(hz: float, seconds: float, amplitude: float = 0.3) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def noise(seconds: float, db: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (10 ** (db / 20) * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


def voiced(f0: np.ndarray, amplitude: float = 0.1, highest_hz: float = 3500.0) -> np.ndarray:
    """Harmonics of a fundamental given sample by sample, falling by 6 dB an octave."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    wave = sum(np.sin(k * phase) / k * (k * f0 < highest_hz) for k in range(1, 40))
    return (amplitude * np.asarray(wave)).astype(np.float32)


def speech(seconds: float, seed: int = 0) -> np.ndarray:
    """Syllables of 200 ms with a moving pitch and a fricative start, loud from first sample to last."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    f0 = 140 + 30 * np.sin(2 * np.pi * 2.3 * time + rng.uniform(0, 6))
    syllable = time % 0.2 / 0.2
    loudness = 0.3 + 0.7 * np.sin(np.pi * syllable) ** 2
    frication = 0.05 * rng.standard_normal(time.size) * (syllable < 0.2)
    return (voiced(f0) * loudness + frication).astype(np.float32)


def db(wave: np.ndarray) -> float:
    return 10 * np.log10(np.mean(np.square(wave, dtype=np.float64)) + 1e-20)


def band_db(wave: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Energy between two frequencies, by the discrete Fourier transform."""
    power = np.abs(np.fft.rfft(wave.astype(np.float64))) ** 2
    hz = np.fft.rfftfreq(wave.size, 1 / RATE)
    return 10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum())


def pitch(wave: np.ndarray) -> np.ndarray:
    """Fundamental of each 50 ms, every 10 ms, by the highest peak of the normalized autocorrelation."""
    size, hertz = round(0.05 * RATE), []
    shortest, longest = round(RATE / 320), round(RATE / 80)
    for start in range(0, wave.size - size - longest, round(0.01 * RATE)):
        here = wave[start : start + size].astype(np.float64)
        lags = np.lib.stride_tricks.sliding_window_view(wave[start : start + size + longest], size)
        later = lags[shortest:].astype(np.float64)
        scores = later @ here / np.sqrt((later**2).sum(axis=1) * (here @ here) + 1e-20)
        # The first peak that is nearly the best: a multiple of the period fits as well.
        best = int(np.flatnonzero(scores > 0.97 * scores.max())[0])
        while best + 1 < scores.size and scores[best + 1] > scores[best]:
            best += 1
        hertz.append(RATE / (shortest + best))
    return np.array(hertz)


@functools.cache
def clip() -> np.ndarray:
    """The recorded Mexican Spanish at 24 kHz; five prompts between digital silences."""
    samples, rate = soundfile.read(CLIP, dtype="float32")
    wave = soxr.resample(samples, rate, RATE).astype(np.float32)
    wave.flags.writeable = False
    return wave


PROMPTS_S = ((0.501, 2.852), (3.452, 5.764), (6.465, 8.867), (9.469, 11.237), (11.938, 12.932))


def prompt(index: int, around_s: float = 0.2) -> np.ndarray:
    """One prompt of the recording with some of the silence beside it."""
    start, stop = PROMPTS_S[index]
    return clip()[round((start - around_s) * RATE) : round((stop + around_s) * RATE)].copy()
