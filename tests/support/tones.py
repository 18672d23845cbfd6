"""Utterances of one pitch, and what is stored of them."""

from __future__ import annotations

import hashlib

import numpy as np

from tts_baseline.core.records import Audio, Utterance

RATE = 16_000
TEXTS = {"hola": "Hola.", "adios": "Adiós, amigo."}


def tone(pitch: float = 200.0, *, level: float = 0.5, length: int = 800) -> Utterance:
    samples = level * np.sin(2 * np.pi * pitch / RATE * np.arange(length))
    return Utterance(samples=samples.astype(np.float32), sample_rate=RATE)


def audio(sound: Utterance) -> Audio:
    return Audio(
        sha256=hashlib.sha256(sound.samples.tobytes()).hexdigest(),
        sample_rate=sound.sample_rate,
        samples=len(sound.samples),
    )


def sounds(pitch: float = 200.0) -> dict[str, Utterance]:
    return {case: tone(pitch + 100 * number) for number, case in enumerate(TEXTS)}
