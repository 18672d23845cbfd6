"""How much higher or lower than its golden a sound speaks, moment by moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.differences import correspondence
from tts_baseline.metrics.features.f0 import f0

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SEMITONES = 12
ENOUGH = 10  # frames: the 0.1 s of voice that a pitch is read from
# chosen: a tracker is wrong by an octave exactly, a voice hardly ever
_OCTAVE_ERROR_ST = 1.5


class Melody(NamedTuple):
    """The pitch of what both voice at corresponding moments, in semitones above 1 Hz, shape (frames,).

    `times_s` are seconds in the golden, multiples of 10 ms.
    """

    heard: Samples
    golden: Samples
    times_s: Samples


@feature
def melody(sound: Sound, golden: Sound) -> Melody:
    """The melody of the frames that say the same and are voiced in both; neither may be silent.

    Frames that are an octave from where they should be, by all the others, are left out.
    """
    import numpy as np

    ours, theirs, times = pitches(sound, golden)
    heard, reference = SEMITONES * np.log2(ours), SEMITONES * np.log2(theirs)
    voiced = ~np.isnan(heard - reference)
    heard, reference, times = heard[voiced], reference[voiced], times[voiced]
    if not heard.size:
        return Melody(heard, reference, times)
    away = np.abs(heard - reference - np.median(heard - reference))
    right = np.abs(away - SEMITONES) > _OCTAVE_ERROR_ST
    return Melody(heard[right], reference[right], times[right])


@feature
def pitches(sound: Sound, golden: Sound) -> Melody:
    """The pitch in Hz of all frames that say the same, NaN where it is not voiced; neither may be silent."""
    import numpy as np

    ours, theirs = f0(sound).hz, f0(golden).hz
    matches = [edit for edit in correspondence(sound, golden) if edit.kind == "match"]
    rows = np.concatenate([np.arange(0), *(np.arange(edit.start, edit.stop) for edit in matches)])
    columns = np.concatenate([np.arange(0), *(np.arange(e.other_start, e.other_stop) for e in matches)])
    return Melody(ours[columns], theirs[rows], rows * STEP_S)
