"""DistillMOS: the opinion that a small network predicts, of each crop of a sound."""

from __future__ import annotations

import contextlib
import functools
import io
from typing import Any

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.crops import crops


@feature
def distillmos(sound: Sound) -> tuple[float, ...]:
    """A score from 1 to 5 a crop. Raises MissingExtra without distillmos."""
    import numpy as np

    network = _network()
    import torch

    with torch.inference_mode():
        heard = (
            torch.from_numpy(np.ascontiguousarray(crop, dtype=np.float32))[None] for crop in crops(sound)
        )
        return tuple(float(network(samples).squeeze()) for samples in heard)


@functools.cache
def _network() -> Any:
    try:
        from distillmos import ConvTransformerSQAModel
    except ImportError as missing:
        raise MissingExtra("DistillMOS needs distillmos", extra="distillmos") from missing
    with contextlib.redirect_stdout(io.StringIO()):  # it prints where its weights are
        network = ConvTransformerSQAModel()
    network.eval()
    return network
