"""How flat the spectrum of the speech is: hiss and buzz raise it, a low-pass or a drone lowers it."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spectrum import loudest, spectra
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="flatness",
    unit="dB",
    better="same",
    family="quality",
    decide="median",
    limit=None,
    packages=("scipy",),
)

_FLOOR = 1e-8  # of the power: -80 dB, as `lsd` has it
# chosen: frames within 30 dB of the loud ones speak, as for `ltas`
_SPEECH, _LOUD = 1e-3, 95


def read(evidence: Evidence) -> Reading:
    """The mean over frames that speak of 10·log10(geometric by arithmetic mean of the power), in dB.

    Of spectra of 32 ms every 8 ms (Gray & Markel 1974), of all frequencies; powers more than 80 dB below the
    largest count as that. -2.5 for white noise, 0 for a click, least for a steady tone. Not gated.
    """
    return over_utterances(SPEC, evidence, _flatness)


def _flatness(sound: Sound) -> Measured:
    import numpy as np

    floor = _FLOOR * loudest(sound) ** 2
    flat, level = [], []
    for amplitude in spectra(sound):
        power = np.maximum(amplitude**2, floor)
        flat.append(10 * (np.log10(power).mean(axis=1) - np.log10(power.mean(axis=1))))
        level.append(power.mean(axis=1))
    levels = np.concatenate(level)
    speech = levels >= _SPEECH * np.percentile(levels, _LOUD)
    return Measured(float(np.concatenate(flat)[speech].mean()))
