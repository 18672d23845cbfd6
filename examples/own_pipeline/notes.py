"""Speaks in notes, a letter each: a pipeline with settings, a seed, stages and provenance."""

import random

import numpy as np

from tts_baseline.extend import Request, Utterance

PACKAGES = ("numpy",)  # their versions are recorded with every run
RATE = 16_000


class Notes:
    """The settings are what `__init__` takes: [tool.tts-baseline.pipelines."notes:Notes"]."""

    def __init__(self, pitch: float = 220.0, device: str = "cpu") -> None:
        self.provenance = {"pitch": f"{pitch:g} Hz", "device": device}
        self._pitch = pitch

    def load(self) -> None:
        """Make ready what all requests share; timed as part of a cold start."""
        self._time = np.arange(RATE // 10) / RATE

    def synthesize(self, request: Request) -> Utterance:
        """The same request gives the same samples: what is random is drawn from its seed."""
        detune = random.Random(request.seed).uniform(0.99, 1.01)
        steps = [ord(letter) % 12 for letter in request.text] or [0]
        notes = [np.sin(2 * np.pi * self._pitch * detune * 2 ** (step / 12) * self._time) for step in steps]
        return Utterance(samples=0.5 * np.concatenate(notes), sample_rate=RATE)
