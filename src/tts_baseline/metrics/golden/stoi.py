"""Short-time objective intelligibility against the golden, 0 to 1."""

from __future__ import annotations

import warnings

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="stoi",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit="0.01",
    gross=10.0,
    golden=True,
    identical=1.0,
    packages=("pystoi", "soxr"),
)

_RATE = 10_000
_FRAME, _HOP, _SEGMENT = 256, 128, 30
_SLACK = 8


def read(evidence: Evidence) -> Reading:
    """The STOI of Taal et al. 2011 at 10 kHz; 1.0 for the golden itself.

    None where the lengths differ by more than 0.8 ms, and where less than the 0.4 s that STOI needs
    remain once the golden's silent frames are left out.
    """
    return against_golden(SPEC, evidence, _stoi)


def _stoi(sound: Sound, golden: Sound) -> Measured:
    ours, theirs = resampled(sound, _RATE), resampled(golden, _RATE)
    if abs(ours.size - theirs.size) > _SLACK:
        return Measured(
            None, f"lengths differ: {ours.size / _RATE:.3f} s against {theirs.size / _RATE:.3f} s"
        )
    length = min(ours.size, theirs.size)
    if length < _FRAME + _SEGMENT * _HOP:
        return Measured(None, "shorter than 0.4 s")
    from pystoi import stoi

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return Measured(float(stoi(theirs[:length], ours[:length], _RATE)))
        except RuntimeWarning:
            return Measured(None, "less than 0.4 s of speech")
