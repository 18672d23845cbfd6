"""Signal-to-noise ratio against the golden (SI-SDR) and the class of the difference."""

from __future__ import annotations

import math

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics._audio import Clip, Measured, against_golden

SPEC = MetricSpec(
    name="snr_golden",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
)

LIMIT_DB = 100.0
EQUIVALENT_DB = 60.0
CLOSE_DB = 25.0


def read(evidence: Evidence) -> Reading:
    """The SI-SDR of Le Roux et al. 2019 (eq. 4) in dB, from -100 to 100; 100 for identical samples.

    With α = <y, r> / |r|²: 10·log10(|α·r|² / |y - α·r|²). Blind to gain and polarity, not to a shift,
    so it is read only for the same rate and length and a lag of at most one sample. The note is the
    class: identical, equivalent (60 dB or more), close (25 or more), changed.
    """
    return against_golden(SPEC, evidence, _snr)


def _snr(clip: Clip, golden: Clip) -> Measured:
    import numpy as np

    ours, theirs = clip.samples, golden.samples
    if clip.rate != golden.rate:
        return _not_aligned(f"{clip.rate} Hz against {golden.rate} Hz")
    if ours.size != theirs.size:
        return _not_aligned(f"{ours.size} samples against {theirs.size}")
    if np.array_equal(ours, theirs):
        return Measured(LIMIT_DB, "identical")
    lag = _lag(clip, golden)
    if abs(lag) > 1:
        return _not_aligned(f"shifted by {lag} samples")
    value = _si_sdr(clip, golden, lag)
    return Measured(value, _class(value))


def _lag(clip: Clip, golden: Clip) -> int:
    """By how many samples the clip is later than the golden: the peak of their cross-correlation."""
    import numpy as np
    from scipy.signal import correlate

    correlation = np.abs(correlate(clip.samples, golden.samples, mode="full", method="fft"))
    return int(correlation.argmax()) - (golden.samples.size - 1)


def _si_sdr(clip: Clip, golden: Clip, lag: int) -> float:
    ours = clip.samples[max(lag, 0) : clip.samples.size + min(lag, 0)]
    theirs = golden.samples[max(-lag, 0) : golden.samples.size - max(lag, 0)]
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
