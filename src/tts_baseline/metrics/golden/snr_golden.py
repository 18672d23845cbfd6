"""Signal-to-noise ratio against the golden (SI-SDR) and the class of the difference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.alignment import alignment
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

LIMIT_DB = 100.0
# chosen: a difference 60 dB below the speech is not heard, one 25 dB below it is another rendering
EQUIVALENT_DB, CLOSE_DB = 60.0, 25.0

SPEC = MetricSpec(
    name="snr_golden",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
    identical=LIMIT_DB,
    equivalent=EQUIVALENT_DB,
    packages=("scipy",),
)


def read(evidence: Evidence) -> Reading:
    """The SI-SDR of Le Roux et al. 2019 (eq. 4) in dB, from -100 to 100; 100 for identical samples.

    With α = <y, r> / |r|²: 10·log10(|α·r|² / |y - α·r|²). Blind to gain and polarity, not to a shift,
    so it is read only for the same rate and length and a lag of at most one sample. The note is the
    class: identical, equivalent (60 dB or more), close (25 or more), changed.
    """
    return against_golden(SPEC, evidence, _snr)


def _snr(sound: Sound, golden: Sound) -> Measured:
    ours, theirs = sound.samples, golden.samples
    if sound.rate != golden.rate:
        return _not_aligned(f"{sound.rate} Hz against {golden.rate} Hz")
    if ours.size != theirs.size:
        return _not_aligned(f"{ours.size} samples against {theirs.size}")
    overlap = alignment(sound, golden)
    if abs(overlap.lag) > 1:
        return _not_aligned(f"shifted by {overlap.lag} samples")
    value = _si_sdr(overlap.heard, overlap.golden)
    return Measured(value, _class(value))


def _si_sdr(ours: Samples, theirs: Samples) -> float:
    ours, theirs = ours / abs(ours).max(), theirs / abs(theirs).max()
    target = ours.dot(theirs) / theirs.dot(theirs) * theirs
    error = ours - target
    signal, distortion = float(target.dot(target)), float(error.dot(error))
    if signal >= distortion * 10 ** (LIMIT_DB / 10):
        return LIMIT_DB
    if signal <= distortion * 10 ** (-LIMIT_DB / 10):
        return -LIMIT_DB
    return 10 * math.log10(signal / distortion)


def _class(value: float) -> str:
    if value >= EQUIVALENT_DB:
        return "equivalent"
    return "close" if value >= CLOSE_DB else "changed"


def _not_aligned(how: str) -> Measured:
    return Measured(None, f"not aligned with the golden: {how}")
