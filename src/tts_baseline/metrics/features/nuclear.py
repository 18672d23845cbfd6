"""How the pitch moves from the last stressed vowel of a sentence to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.metrics.features.melody import SEMITONES
from tts_baseline.metrics.prosody.contours import Movement
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_FEW = 3  # frames at the beginning and at the end: one that is wrong decides nothing
# chosen: where a voice begins, or glides from the sound before, up to three frames are semitones off; no
# imposed contour is as fast as 45 semitones a second
_UNSETTLED, _FASTEST_ST = 3, 0.45
_FEWEST = 8
# chosen: where the pitch falls fast, whether frames count as voiced changes with a millisecond of pad
_BRIDGED = 5
# chosen: where men's statements end, below Praat's floor for speech: a fall that is not seen is flat
_FLOOR_HZ, _OVERLAP_HZ = 60.0, 80.0
# chosen: the burst of a plosive is tracked two octaves up, for 40 ms; no melody leaves its voice so far
_SHORTEST_RUN, _FARTHEST_ST = 5, 14.0


@feature
def voiced(sound: Sound) -> Samples:
    """The pitch of each frame of 10 ms in semitones above the median, NaN where it is not to be trusted.

    That is where it is unvoiced, voiced for less than 50 ms, or more than 14 semitones from the median; from
    75 Hz down to 60 it is looked for with the longer window that this takes. The sound must not be silent.
    """
    import numpy as np

    usual, low = f0(sound).hz, f0(sound, _FLOOR_HZ).hz
    pitch: Samples = SEMITONES * np.log2(np.where(np.isnan(usual) & (low < _OVERLAP_HZ), low, usual))
    if np.isnan(pitch).all():
        return pitch
    pitch = pitch - np.nanmedian(pitch)
    pitch[~(np.abs(pitch) <= _FARTHEST_ST)] = np.nan
    for start, stop in spans(~np.isnan(pitch)):
        if stop - start < _SHORTEST_RUN:
            pitch[start:stop] = np.nan
    return pitch


@feature
def nuclear(sound: Sound, start_s: float, end_s: float) -> Movement | None:
    """The movement of the pitch between two moments; None where less than 80 ms of it is voiced.

    The beginning and the end are medians of three voiced frames of 10 ms, the peak that of any three in a
    row. The beginning is where the pitch has settled: it moves by less than 0.45 semitones a frame then. Up
    to 50 ms between voiced frames are bridged by a line.
    """
    import numpy as np

    pitch = voiced(sound)[round(start_s / STEP_S) : round(end_s / STEP_S) + 1]
    if np.count_nonzero(~np.isnan(pitch)) < _FEWEST:
        return None
    pitch = _bridged(pitch)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(pitch, _FEW), axis=1)
    start = _settled(pitch)
    onset = smooth[start]
    return Movement(float(smooth[start:].max() - onset), float(smooth[-1] - onset))


def _bridged(pitch: Samples) -> Samples:
    """The frames that are voiced or stand in a short gap between such."""
    import numpy as np

    filled = pitch.copy()
    for start, stop in spans(np.isnan(pitch)):
        if start > 0 and stop < pitch.size and stop - start <= _BRIDGED:
            filled[start - 1 : stop + 1] = np.linspace(pitch[start - 1], pitch[stop], stop - start + 2)
    return filled[~np.isnan(filled)]


def _settled(pitch: Samples) -> int:
    """The first of the first frames from which two steps are no jumps; the very first where each has one."""
    import numpy as np

    jumps = np.abs(np.diff(pitch[: _UNSETTLED + _FEW])) > _FASTEST_ST
    calm = np.flatnonzero(~(jumps[:-1] | jumps[1:]))
    return int(calm[0]) if calm.size else 0
