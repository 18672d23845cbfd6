"""Distance of the spectra from the golden's at three resolutions in time and frequency."""

from __future__ import annotations

import math

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.overlay import overlay
from tts_baseline.metrics.features.spectrum import loudest, spectra
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="mrstft",
    unit="1",
    better="lower",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

# Windows and hops in seconds: those of Yamamoto et al. 2020 in samples, at 16 kHz, each hop a quarter.
_RESOLUTIONS = ((0.032, 0.008), (0.064, 0.016), (0.128, 0.032))
_FLOOR = 1e-4  # of the golden's largest amplitude: -80 dB


def read(evidence: Evidence) -> Reading:
    """The mean, over windows of 32, 64 and 128 ms, of spectral convergence plus log distance.

    0 for the golden itself. With amplitudes S of the golden and H of the sound laid over it: ||S - H|| /
    ||S|| (Frobenius) plus the mean of |ln S - ln H| (Yamamoto et al. 2020, eq. 4 to 6), where amplitudes more
    than 80 dB below the largest of S count as that.
    """
    return against_golden(SPEC, evidence, _mrstft)


def _mrstft(sound: Sound, golden: Sound) -> Measured:
    laid = overlay(sound, golden)
    return Measured(sum(_distance(laid, golden, *each) for each in _RESOLUTIONS) / len(_RESOLUTIONS))


def _distance(laid: Sound, golden: Sound, window_s: float, hop_s: float) -> float:
    import numpy as np

    floor = _FLOOR * loudest(golden, window_s, hop_s)
    error, power, logs, count = 0.0, 0.0, 0.0, 0
    blocks = zip(spectra(laid, window_s, hop_s), spectra(golden, window_s, hop_s), strict=True)
    for ours, theirs in blocks:
        error += float(((theirs - ours) ** 2).sum())
        power += float((theirs**2).sum())
        logs += float(np.abs(np.log(np.maximum(theirs, floor) / np.maximum(ours, floor))).sum())
        count += theirs.size
    return math.sqrt(error / power) + logs / count
