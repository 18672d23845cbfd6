"""DNSMOS: the opinions of P.808 and of P.835 that a network predicts, of each crop of a sound."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.crops import RATE, crops


class Opinions(NamedTuple):
    """Scores from 1 to 5, one a crop: all in all by P.808; speech, background and overall by P.835."""

    p808: tuple[float, ...]
    speech: tuple[float, ...]
    background: tuple[float, ...]
    overall: tuple[float, ...]


@feature
def dnsmos(sound: Sound) -> Opinions:
    """The scores of speechmos's weights. Raises MissingExtra without speechmos."""
    run = _network()
    scores = [run(crop, RATE) for crop in crops(sound)]
    names = ("p808_mos", "sig_mos", "bak_mos", "ovrl_mos")
    return Opinions(*(tuple(float(score[name]) for score in scores) for name in names))


@functools.cache
def _network() -> Any:
    try:
        from speechmos import dnsmos as package
    except ImportError as missing:
        raise MissingExtra("DNSMOS needs speechmos, librosa and onnxruntime", extra="mos") from missing
    return package.run
