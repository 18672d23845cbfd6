"""Log-spectral distance from the golden: how far the short-time spectra are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.overlay import overlay
from tts_baseline.metrics.features.spectrum import loudest, spectra
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="lsd",
    unit="dB",
    better="lower",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

_FLOOR = 1e-4  # -80 dB


def read(evidence: Evidence) -> Reading:
    """The mean over frames of the root mean square over frequencies of the difference in level, in dB.

    Of spectra of 32 ms every 8 ms (Gray & Markel 1976), of the sound laid over the golden; levels more than
    80 dB below the golden's largest count as that. 0 for the golden itself; 20·log10(g) for a gain of g.
    """
    return against_golden(SPEC, evidence, _lsd)


def _lsd(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    floor = _FLOOR * loudest(golden)
    distances = [
        np.sqrt(((_level(ours, floor) - _level(theirs, floor)) ** 2).mean(axis=1))
        for ours, theirs in zip(spectra(overlay(sound, golden)), spectra(golden), strict=True)
    ]
    return Measured(float(np.concatenate(distances).mean()))


def _level(amplitude: Samples, floor: float) -> Samples:
    import numpy as np

    level: Samples = 20 * np.log10(np.maximum(amplitude, floor))
    return level
