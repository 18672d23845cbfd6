"""How much higher or lower than its golden a sound speaks, moment by moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.edits import Edit
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.differences import SHORTEST, correspondence
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
def melody(sound: Sound, golden: Sound, *, has_replaced: bool = False) -> Melody:
    """The melody of the frames that say the same and are voiced in both; neither may be silent.

    With `has_replaced` also of those that others stand for. Frames that are an octave from where they should
    be, by all the others, are left out.
    """
    import numpy as np

    ours, theirs, times = pitches(sound, golden, has_replaced=has_replaced)
    heard, reference = SEMITONES * np.log2(ours), SEMITONES * np.log2(theirs)
    voiced = ~np.isnan(heard - reference)
    heard, reference, times = heard[voiced], reference[voiced], times[voiced]
    if not heard.size:
        return Melody(heard, reference, times)
    away = np.abs(heard - reference - np.median(heard - reference))
    right = np.abs(away - SEMITONES) > _OCTAVE_ERROR_ST
    return Melody(heard[right], reference[right], times[right])


@feature
def pitches(sound: Sound, golden: Sound, *, has_replaced: bool = False) -> Melody:
    """The pitch in Hz of all frames that say the same, NaN where it is not voiced; neither may be silent.

    With `has_replaced` also of those that others stand for, each at its share of the way.
    """
    import numpy as np

    ours, theirs = f0(sound).hz, f0(golden).hz
    rows, columns = [np.arange(0)], [np.arange(0)]
    stretches = _beside(correspondence(sound, golden), has_replaced=has_replaced)
    for start, stop, heard_start, heard_stop in stretches:
        rows.append(np.arange(start, stop))
        columns.append(np.linspace(heard_start, heard_stop, stop - start, endpoint=False).astype(int))
    places = np.concatenate(rows)
    times: Samples = places.astype(np.float64) * STEP_S
    return Melody(ours[np.concatenate(columns)], theirs[places], times)


def _beside(runs: tuple[Edit, ...], *, has_replaced: bool) -> Iterator[tuple[int, int, int, int]]:
    """The frames of the golden and of the sound that are compared: matches, and what replaces something."""
    least = SHORTEST if has_replaced else 0  # a match shorter than any phone is chance
    whole = [run for run in runs if run.kind != "match" or run.stop - run.start >= least]
    for before, run in pairwise((*whole[:1], *whole)):
        if run.kind == "match":
            yield run[1:]
        elif has_replaced and {before.kind, run.kind} == {"missing", "extra"}:
            yield before.start, run.stop, before.other_start, run.other_stop
