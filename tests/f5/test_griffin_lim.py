"""The vocoder without weights: a wave whose mel is nearly the one that it was given, the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish.voice.reference import log_mel

HOP = 256


@pytest.fixture
def pipeline(build: Any) -> Any:
    return build(steps=1, vocoder="griffin-lim")


def test_the_wave_of_a_mel_has_nearly_that_mel(pipeline: Any) -> None:
    seconds = torch.arange(24_000) / 24_000
    wave = sum(0.1 * torch.sin(2 * torch.pi * pitch * seconds) for pitch in (220, 440, 1760))
    mel = log_mel(wave.unsqueeze(0)).permute(0, 2, 1)
    (made,) = pipeline.engine.parts.vocoder.waves([mel])
    assert made.shape == (HOP * (mel.shape[2] - 1),)
    heard = log_mel(made.unsqueeze(0)).permute(0, 2, 1)
    inner, loud = slice(4, -4), mel[:, :, 4:-4] > -2
    assert loud.any()
    assert float((heard - mel)[:, :, inner][loud].abs().median()) < 0.2


def test_it_speaks_the_same_twice_and_says_who_it_is(pipeline: Any) -> None:
    first, second = (pipeline.synthesize(Request(text="Hola.", seed=1)) for _ in range(2))
    assert np.abs(first.samples).max() > 0
    assert first.samples.tobytes() == second.samples.tobytes()
    assert pipeline.provenance["vocoder"] == "griffin-lim"
