"""STOI and ESTOI, which differ in one step."""

from __future__ import annotations

import warnings

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.overlay import overlay
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.pooling import Measured

_RATE = 10_000
_FRAME, _HOP, _SEGMENT = 256, 128, 30
_DIGITS = 12


def intelligibility(sound: Sound, golden: Sound, *, extended: bool) -> Measured:
    """STOI (Taal et al. 2011) at 10 kHz, or ESTOI (Jensen & Taal 2016), of the sound laid over its golden.

    No value where less than the 0.4 s that they need remain once the golden's silent frames are left out.
    """
    theirs = resampled(golden, _RATE)
    if theirs.size < _FRAME + _SEGMENT * _HOP:
        return Measured(None, "shorter than 0.4 s")
    from pystoi import stoi

    ours = resampled(overlay(sound, golden), _RATE)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            # pystoi adds noise of the size of a rounding to ESTOI.
            return Measured(round(float(stoi(theirs, ours, _RATE, extended=extended)), _DIGITS))
        except RuntimeWarning:
            return Measured(None, "less than 0.4 s of speech")
