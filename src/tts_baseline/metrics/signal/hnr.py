"""Harmonics to noise: how much of the voiced speech is periodic, which a rough or buzzing voice is not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.f0 import FLOOR_HZ, f0
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.pooling import Measured, over_utterances

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="hnr",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    packages=("soxr",),
)

_RATE = 16_000
_FINER = 4  # a period between two samples would read 1 % of a voice's 2 kHz as noise
_WINDOW_S = 1 / FLOOR_HZ  # the longest period, as Praat has it
_OFF = 0.03  # chosen: as far as two of `f0`'s moments beside each other have the pitch apart
_FEWEST = 5  # chosen: 50 ms of voice
_MOST_DB = 60.0  # chosen: what computed tones have; a voice has 5 to 30


def read(evidence: Evidence) -> Reading:
    """The mean over voiced moments of 10·log10(r / (1 - r)) in dB, r how alike a period and its next are.

    Alike by cross-correlation, Boersma 1993 as in Praat's `Harmonicity (cc)`: r is the share of the power
    that is periodic. The pitch is that of `f0`, the moments are 10 ms apart, the windows 13 ms. Not gated.
    """
    return over_utterances(SPEC, evidence, _hnr)


def _hnr(sound: Sound) -> Measured:
    import numpy as np

    pitch = f0(sound)
    voiced = np.flatnonzero(~np.isnan(pitch.hz))
    samples = resampled(Sound(resampled(sound, _RATE), _RATE), _FINER * _RATE)
    alike = [_alike(samples, pitch.times_s[moment], pitch.hz[moment]) for moment in voiced]
    known = [r for r in alike if r is not None]
    if len(known) < _FEWEST:
        return Measured(None, "less than 50 ms of voice")
    return Measured(float(np.mean([min(10 * math.log10(r / (1 - r)), _MOST_DB) for r in known])))


def _alike(samples: Samples, time_s: float, hz: float) -> float | None:
    """The largest correlation of two windows around a moment, a period apart; None at an end of the sound."""
    import numpy as np

    rate = _FINER * _RATE
    size, period = round(_WINDOW_S * rate), rate / hz
    near, far = math.floor(period * (1 - _OFF)), math.ceil(period * (1 + _OFF))
    start = round(time_s * rate - (size + period) / 2)
    if start < 0 or start + far + size > samples.size:
        return None
    first, rest = samples[start : start + size], samples[start + near : start + far + size]
    power = np.convolve(rest**2, np.ones(size), "valid")
    likeness = np.correlate(rest, first, "valid") / np.sqrt(np.maximum(power * (first**2).sum(), 1e-30))
    place = int(likeness.argmax())
    best = float(likeness[place])
    if 0 < place < likeness.size - 1:  # the peak of a parabola through it and its neighbours
        before, after = likeness[place - 1], likeness[place + 1]
        bend = 2 * best - before - after
        best += float((after - before) ** 2 / (8 * bend)) if bend > 0 else 0.0
    return min(max(best, 1e-6), 1 - 1e-6)
