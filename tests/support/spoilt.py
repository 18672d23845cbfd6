"""Recordings that nobody should learn from: one good one, spoilt in each of the ways that happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile

from tts_baseline.core.records import Request
from tts_baseline.pipelines.espeak import create
from tts_baseline.suites import reader

Wave = np.ndarray[Any, Any]
_ROOM_S = 0.15


class Spoken(NamedTuple):
    """A good recording: samples (n,), their rate, and what is said."""

    samples: Wave
    rate: int
    text: str


class Spoilt(NamedTuple):
    """A way to spoil a recording, and the defect that it has then."""

    defect: str
    spoil: Callable[[Spoken], tuple[Wave, int, str]]


def good(count: int, folder: Path) -> list[Spoken]:
    """So many recordings of different sentences with some room tone, spoken by espeak."""
    speaker = create()
    dice = np.random.default_rng(0)
    texts = [case.text for case in reader.read("es", folder)]
    # Beyond the suite's, its sentences in pairs.
    texts += [f"{first} {second}" for first in texts for second in texts]
    found: list[Spoken] = []
    for text in texts:
        spoken = speaker.synthesize(Request(text=text))
        seconds = len(spoken.samples) / spoken.sample_rate
        if not 0.7 < seconds < 15 or not any(map(str.isalpha, text)):
            continue
        # A microphone is on before the first word, and after the last; espeak is not.
        wave = np.pad(0.5 * spoken.samples, round(_ROOM_S * spoken.sample_rate))
        wave += dice.normal(0, 1e-4, len(wave))
        found.append(Spoken(wave.astype(np.float32), spoken.sample_rate, text))
        if len(found) == count:
            return found
    raise AssertionError(f"only {len(found)} sentences")


def _text(text: str) -> Callable[[Spoken], tuple[Wave, int, str]]:
    return lambda s: (s.samples, s.rate, text)


def _sound(change: Callable[[Wave, int], Wave]) -> Callable[[Spoken], tuple[Wave, int, str]]:
    return lambda s: (change(s.samples, s.rate).astype(np.float32), s.rate, s.text)


def _noise(samples: Wave, rate: int) -> Wave:
    return samples + np.random.default_rng(1).normal(0, 0.06, len(samples))


def _hum(samples: Wave, rate: int) -> Wave:
    return samples + 0.1 * np.sin(2 * np.pi * 50 * np.arange(len(samples)) / rate)


def _telephone(samples: Wave, rate: int) -> Wave:
    spectrum = np.fft.rfft(samples)
    spectrum[np.fft.rfftfreq(len(samples), 1 / rate) > 3400] = 0
    return np.fft.irfft(spectrum, len(samples))


def _loud(samples: Wave) -> tuple[int, int]:
    """The first and last sample that is as loud as speech."""
    places = np.flatnonzero(np.abs(samples) > 0.3 * np.abs(samples).max())
    return int(places[0]), int(places[-1])


def _broken_off(samples: Wave, rate: int) -> Wave:
    middle = sum(_loud(samples)) // 2
    return np.concatenate([samples[:middle], np.zeros(3 * rate), samples[middle:]])


SPOILT: Mapping[str, Spoilt] = {
    "nothing is written": Spoilt("no text", _text("  ")),
    "another script": Spoilt("not Spanish", _text("Сегодня хорошая погода, и мы идём гулять.")),
    "Chinese": Spoilt("not Spanish", _text("今天天气很好。")),
    "marks alone": Spoilt("nothing to say", _text("¿…?")),
    "a sign without a reading": Spoilt(
        "not readable", _text("La ecuación dice que ∮ vale cero en todas partes.")
    ),
    "digital silence": Spoilt("silent", _sound(lambda x, _: 0 * x)),
    "nearly silence": Spoilt("silent", _sound(lambda x, _: x * 1e-3)),
    "channels that cancel": Spoilt("lost in mono", _sound(lambda x, _: np.stack([x, -x], axis=1))),
    "an offset": Spoilt("offset", _sound(lambda x, _: x + 0.2)),
    "clipped": Spoilt("clipped", _sound(lambda x, _: np.clip(8 * x, -0.7, 0.7))),
    "hiss": Spoilt("noisy", _sound(_noise)),
    "hum": Spoilt("noisy", _sound(_hum)),
    "from a telephone": Spoilt("narrow", _sound(_telephone)),
    "a breath": Spoilt("too short", _sound(lambda x, r: x[_loud(x)[0] : _loud(x)[0] + int(0.2 * r)])),
    "half a minute": Spoilt("too long", _sound(lambda x, r: np.tile(x, 1 + 30 * r // len(x)))),
    "broken off and taken up": Spoilt("broken off", _sound(_broken_off)),
    "cut at its start": Spoilt("cut at its start", _sound(lambda x, _: x[_loud(x)[0] + 200 :])),
    "cut at its end": Spoilt("cut at its end", _sound(lambda x, _: x[: _loud(x)[1] - 200])),
    "another, longer text": Spoilt("too fast", lambda s: (s.samples, s.rate, s.text * 4)),
    "another, shorter text": Spoilt("too slow", _text("Sí.")),
    "NaN": Spoilt("not finite", _sound(lambda x, _: np.where(np.arange(len(x)) == 9, np.nan, x))),
    "no samples": Spoilt("empty", _sound(lambda x, _: x[:0])),
}


def write(path: Path, samples: Wave, rate: int) -> Path:
    """A recording on disk, float32, so that NaN stays."""
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path
