"""The fundamental frequency of the voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.sounds import Sound, feature

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# Praat's own defaults for speech, of men and women alike.
FLOOR_HZ, CEILING_HZ = 75.0, 600.0
STEP_S = 0.010
_PERIODS = 3


class Pitch(NamedTuple):
    """The fundamental frequency in Hz, NaN where the voice is silent or unvoiced, and when, in seconds."""

    hz: Samples
    times_s: Samples


@feature
def f0(sound: Sound, floor_hz: float = FLOOR_HZ, ceiling_hz: float = CEILING_HZ) -> Pitch:
    """The pitch every 10 ms by autocorrelation (Boersma 1993, as Praat computes it), shape (frames,).

    No frames where the sound is shorter than three periods of `floor_hz`. Raises MissingExtra without
    parselmouth, which is in the extra `prosody`.
    """
    import numpy as np

    try:
        import parselmouth
    except ModuleNotFoundError as error:
        raise MissingExtra("the fundamental frequency needs parselmouth", extra="prosody") from error
    if sound.samples.size <= _PERIODS * sound.rate / floor_hz:
        return Pitch(np.zeros(0), np.zeros(0))
    track = parselmouth.Sound(sound.samples, sound.rate).to_pitch_ac(
        time_step=STEP_S, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz
    )
    hz = np.array(track.selected_array["frequency"], dtype=np.float64)
    return Pitch(np.where(hz > 0, hz, np.nan), np.array(track.xs(), dtype=np.float64))
