"""Faults to plant in a recording, each at five strengths, and changes that nobody should be told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import soxr
from prompts import RATE

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum
from tts_baseline.pipelines.f5_spanish.post.stretch import stretch

Wave = np.ndarray
Plant = Callable[[Wave, float, np.random.Generator], Wave]


class Fault(NamedTuple):
    """What is done, at which strengths from faint to gross, and the gates whose name says what it is."""

    strengths: tuple[float, ...]
    plant: Plant
    gates: frozenset[str]


def _speech(wave: Wave) -> np.ndarray:
    """True for the frames of 10 ms that are within 20 dB of the loud ones."""
    return cepstrum(Sound(wave, RATE)).level_db > -20


def power_of_speech(wave: Wave) -> float:
    speech = np.repeat(_speech(wave), round(STEP_S * RATE))[: wave.size]
    return float(np.mean(wave[: speech.size][speech] ** 2))


def _stretch_of_speech(wave: Wave, seconds: float, random: np.random.Generator) -> slice:
    """A stretch that begins where the voice is weakest nearby, as words do."""
    level = cepstrum(Sound(wave, RATE)).level_db
    frames = round(seconds / STEP_S)
    inside = [
        first
        for first in range(10, len(level) - frames - 10)
        if (level[first : first + frames] > -25).mean() > 0.9
    ]
    drawn = random.choice(inside or [len(level) // 3], 12)
    first = int(min(drawn, key=lambda frame: level[frame]))
    return slice(round(first * STEP_S * RATE), round((first + frames) * STEP_S * RATE))


def _noise(wave: Wave, snr_db: float, random: np.random.Generator) -> Wave:
    return wave + np.sqrt(power_of_speech(wave) / 10 ** (snr_db / 10)) * random.standard_normal(wave.size)


def _filtered(wave: Wave, gain_of: Callable[[np.ndarray], np.ndarray]) -> Wave:
    hz = np.fft.rfftfreq(wave.size, 1 / RATE)
    return np.fft.irfft(np.fft.rfft(wave) * gain_of(hz), wave.size)


def _low_pass(wave: Wave, edge_hz: float, _: np.random.Generator) -> Wave:
    return _filtered(wave, lambda hz: np.where(hz > edge_hz, 1e-4, 1.0))


def _muffled(wave: Wave, gain_db: float, _: np.random.Generator) -> Wave:
    return _filtered(wave, lambda hz: np.where(hz > 3_000, 10 ** (gain_db / 20), 1.0))


def _clipped(wave: Wave, level: float, _: np.random.Generator) -> Wave:
    peak = np.abs(wave).max()
    return wave.clip(-level * peak, level * peak)


def _dropped(wave: Wave, seconds: float, random: np.random.Generator) -> Wave:
    return np.delete(wave, _stretch_of_speech(wave, seconds, random))


def _doubled(wave: Wave, seconds: float, random: np.random.Generator) -> Wave:
    word = _stretch_of_speech(wave, seconds, random)
    return np.concatenate([wave[: word.stop], wave[word.start :]])


def _swapped(wave: Wave, seconds: float, random: np.random.Generator) -> Wave:
    """A sound is replaced by the one of the sentence that is least like it."""
    place, length = _stretch_of_speech(wave, seconds, random), round(seconds * RATE)
    timbre = cepstrum(Sound(wave, RATE)).coefficients[:, 1:]
    frames = round(seconds / STEP_S)
    mean = np.array([timbre[k : k + frames].mean(axis=0) for k in range(len(timbre) - frames)])
    speech = _speech(wave)[: len(mean)]
    apart = (
        np.linalg.norm(mean - mean[min(round(place.start / RATE / STEP_S), len(mean) - 1)], axis=1) * speech
    )
    other = round(int(apart.argmax()) * STEP_S * RATE)
    changed = wave.copy()
    changed[place.start : place.start + length] = wave[other : other + length]
    return changed


def _paused(wave: Wave, seconds: float, random: np.random.Generator) -> Wave:
    """A pause of the recording's own room is put where none was."""
    quiet = cepstrum(Sound(wave, RATE)).level_db
    room = round(int(quiet[2:-2].argmin() + 2) * STEP_S * RATE)
    place = _stretch_of_speech(wave, 0.05, random).start
    return np.insert(wave, place, np.resize(wave[max(room - 160, 0) : room + 160], round(seconds * RATE)))


def pitched(wave: Wave, semitones: float, _: np.random.Generator) -> Wave:
    factor = 2 ** (semitones / 12)
    longer = stretch(wave.astype(np.float32), RATE, factor).astype(np.float64)
    return soxr.resample(longer, RATE * factor, RATE, quality="HQ")


def slowed(wave: Wave, share: float, _: np.random.Generator) -> Wave:
    return stretch(wave.astype(np.float32), RATE, 1 + share).astype(np.float64)


def _click(wave: Wave, height: float, random: np.random.Generator) -> Wave:
    clicked = wave.copy()
    clicked[random.integers(RATE, wave.size - RATE, 5)] += height * np.abs(wave).max()
    return clicked


def _hum(wave: Wave, snr_db: float, _: np.random.Generator) -> Wave:
    hum = np.sqrt(2 * power_of_speech(wave) / 10 ** (snr_db / 10))
    return wave + hum * np.sin(2 * np.pi * 50 * np.arange(wave.size) / RATE)


def _cut_end(wave: Wave, seconds: float, _: np.random.Generator) -> Wave:
    last = int(np.flatnonzero(_speech(wave))[-1] * STEP_S * RATE)
    return wave[: last - round(seconds * RATE)]


def _louder(wave: Wave, gain_db: float, _: np.random.Generator) -> Wave:
    return wave * 10 ** (gain_db / 20)


def _later(wave: Wave, seconds: float, _: np.random.Generator) -> Wave:
    return np.concatenate([np.zeros(round(seconds * RATE)), wave])


def _dither(wave: Wave, steps: float, random: np.random.Generator) -> Wave:
    return wave + steps * 2**-16 * random.triangular(-1, 0, 1, wave.size)


def _round_trip(wave: Wave, rate: float, _: np.random.Generator) -> Wave:
    there = soxr.resample(wave, RATE, rate, quality="HQ")
    return soxr.resample(there, rate, RATE, quality="HQ")[: wave.size]


SNR = frozenset({"snr"})
WORDS = frozenset({"words"})
COLOUR = frozenset({"ltas", "bandwidth"})
FAULTS: Mapping[str, Fault] = {
    "white noise, dB of SNR": Fault((40, 35, 30, 20, 10), _noise, SNR),
    "low-pass, Hz": Fault((7000, 6000, 5000, 4000, 3000), _low_pass, COLOUR),
    "muffled above 3 kHz, dB": Fault((-3, -6, -10, -20, -40), _muffled, COLOUR),
    "clipped at a share of the peak": Fault((0.9, 0.7, 0.5, 0.3, 0.15), _clipped, frozenset({"structure"})),
    "word dropped, s": Fault((0.08, 0.12, 0.2, 0.3, 0.5), _dropped, WORDS),
    "word doubled, s": Fault((0.08, 0.12, 0.2, 0.3, 0.5), _doubled, WORDS),
    "sound swapped, s": Fault((0.06, 0.08, 0.1, 0.15, 0.2), _swapped, WORDS),
    "pause added, s": Fault((0.1, 0.2, 0.3, 0.5, 1.0), _paused, frozenset({"pauses"})),
    "pitch, semitones": Fault((0.5, 1, 2, 3, 5), pitched, frozenset({"f0"})),
    "tempo, share": Fault((0.02, 0.04, 0.07, 0.1, 0.2), slowed, frozenset({"duration"})),
    "five clicks, share of the peak": Fault((0.05, 0.1, 0.2, 0.5, 1.0), _click, frozenset({"clicks"})),
    "hum, dB of SNR": Fault((40, 30, 25, 20, 10), _hum, frozenset({"snr", "hum"})),
    "end cut, s": Fault((0.05, 0.1, 0.2, 0.3, 0.5), _cut_end, WORDS | {"pauses"}),
    "level, dB": Fault((1.2, 2, 3, 6, 12), _louder, frozenset({"level"})),
}
HARMLESS: Mapping[str, tuple[float, Plant]] = {
    "dither of 16 bits": (1.0, _dither),
    "1 ms later": (0.001, _later),
    "by way of 24 kHz": (24_000.0, _round_trip),
    "by way of 22.05 kHz": (22_050.0, _round_trip),
    "0.1 dB louder": (0.1, _louder),
}
