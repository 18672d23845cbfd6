"""How well noise is measured: in the pauses and under the speech, of six voices, white and pink, 0 to 50 dB.

    python benchmarks/sound_gate/noise.py --sounds FOLDER [--write]

Each voice speaks 6 s or more; its pauses are made digital silence, half a second is put at both ends, and
noise of a known level is added. FOLDER keeps the prompts (fetched by apt-get, decoded by ffmpeg).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import voices

import sound_gate
from tts_baseline.core import environment
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Request, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.voice_activity import speech_probability, voice_activity
from tts_baseline.pipelines import espeak

RESULTS = Path(__file__).with_name("noise.json")
LEVELS_DB = (0, 10, 20, 30, 40, 50)
MORE_DB = 1.5
TEXT = (
    "Buenos días. ¿Cómo está usted hoy? La reunión empieza a las nueve en punto. "
    "El tren sale de la estación del norte, y llega por la tarde."
)
Wave = np.ndarray


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sounds", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    spoken = dict(_voices(asked.sounds))
    rows = [row for name, (wave, rate) in spoken.items() for row in _measured(name, wave, rate)]
    page = {
        "command": "python benchmarks/sound_gate/noise.py --sounds FOLDER --write",
        "commit": sound_gate._commit(),
        "machine": environment.read("cpu").hardware,
        "voices": list(spoken),
        "worst": _worst(rows),
        "rows": rows,
    }
    print(json.dumps(page["worst"], indent=1))
    if asked.write:
        RESULTS.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _voices(folder: Path) -> Iterator[tuple[str, tuple[Wave, int]]]:
    for name in ("mexican", "colombian", "clip"):
        spoken = list(voices.VOICES[name](folder, 3, 15).values())
        yield (
            name,
            (
                np.concatenate([utterance.samples for utterance in spoken]).astype(np.float64),
                spoken[0].sample_rate,
            ),
        )
    for voice, pitch in (("es", 20), ("es", 80), ("es-419", 50)):
        spoken = espeak.create(voice=voice, pitch=pitch).synthesize(Request(text=TEXT))
        yield f"espeak-ng {voice}, pitch {pitch}", (spoken.samples.astype(np.float64), spoken.sample_rate)


def _measured(name: str, recorded: Wave, rate: int) -> Iterator[dict[str, object]]:
    """By colour and level, what each metric reads, of 1.5 dB more, of more silence, and without any pad."""
    sides = np.zeros(rate // 2)
    wave = np.concatenate([sides, 0.3 * recorded / np.abs(recorded).max(), sides])
    speech, pauses = voice_activity(Sound(wave, rate))
    wave[pauses] = 0.0
    power = float(np.mean(wave[speech] ** 2))
    likely = 10 * np.log10(_power(wave, speech_probability(Sound(wave, rate))) / power)
    inside = slice(*np.flatnonzero(speech)[[0, -1]])
    for colour in ("white", "pink"):
        noise = _noise(wave.size, rate, colour)
        drawn = 10 * np.log10(np.var(noise[pauses]))  # what fell into the pauses
        for level in LEVELS_DB:
            noisy = wave + noise * np.sqrt(power / 10 ** (level / 10))
            more = wave + noise * np.sqrt(power / 10 ** ((level - MORE_DB) / 10))
            plain, noisier, longer, trimmed = (
                _read(samples, rate)
                for samples in (noisy, more, np.concatenate([noisy, sides, sides, sides]), noisy[inside])
            )
            yield {
                "voice": name,
                "colour": colour,
                "level": level,
                "snr_vad, error": _less(plain["snr_vad"], level + likely - drawn),
                "snr_vad, error by what is called speech": _called_speech(wave, noisy, rate, power, likely),
                "snr_vad, 1.5 dB more": _less(noisier["snr_vad"], plain["snr_vad"]),
                "snr_vad, 1.5 s of digital silence": _less(longer["snr_vad"], plain["snr_vad"]),
                "snr_speech, error": _less(plain["snr_speech"], level),
                "snr_speech, 1.5 dB more": _less(noisier["snr_speech"], plain["snr_speech"]),
                "snr_speech, no pad": _less(trimmed["snr_speech"], plain["snr_speech"]),
            }
            print(name, colour, level, flush=True)


def _called_speech(wave: Wave, noisy: Wave, rate: int, power: float, likely: float) -> float:
    """By how many decibels the voice is weaker by what the detector hears in noise, not without it."""
    heard = speech_probability(Sound(noisy / max(1.0, float(np.abs(noisy).max())), rate))
    return round(float(10 * np.log10(_power(wave, heard) / power) - likely), 3)


def _power(wave: Wave, likely: Wave) -> float:
    """The mean power of a voice by how likely it is heard."""
    return float((likely * wave**2).sum() / likely.sum())


def _noise(size: int, rate: int, colour: str) -> Wave:
    """Gaussian noise of power 1: white, or pink from 20 Hz on."""
    white = np.random.default_rng(0).standard_normal(size)
    if colour == "white":
        return white
    pink = np.fft.irfft(
        np.fft.rfft(white) / np.sqrt(np.maximum(np.arange(size // 2 + 1), 20 * size / rate)), size
    )
    return pink / np.sqrt(np.mean(pink**2))


def _read(samples: Wave, rate: int) -> dict[str, float | None]:
    loudest = max(1.0, float(np.abs(samples).max()))
    heard = Utterance(samples=samples / loudest, sample_rate=rate)
    evidence = Evidence(case=Case(id="noise", text="noise"), utterances=(heard,))
    return {name: metrics()[name].read(evidence).value for name in ("snr_vad", "snr_speech")}


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else round(float(value - other), 3)


def _worst(rows: list[dict[str, object]]) -> dict[str, object]:
    """By measure and colour, the least and the largest of all voices, at each level."""
    measures = [key for key in rows[0] if ", " in key]
    return {
        f"{measure}, {colour}": {
            str(level): _range(
                [row[measure] for row in rows if (row["colour"], row["level"]) == (colour, level)]
            )
            for level in LEVELS_DB
        }
        for measure in measures
        for colour in ("white", "pink")
    }


def _range(values: list[float | None]) -> list[float | None]:
    known = [value for value in values if value is not None]
    return [min(known), max(known), len(known)] if known else [None, None, 0]


if __name__ == "__main__":
    sys.exit(main())
