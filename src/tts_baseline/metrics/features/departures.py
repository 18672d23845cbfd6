"""Where a sound differs most from its golden, whatever the difference is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.hearing import Passage, merged
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.alignment import alignment
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum
from tts_baseline.metrics.features.differences import correspondence, differences
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_ALIKE = 0.5  # chosen: the share of its power that a sound has in common with the golden it is a copy of
_HEARD_DB = -60.0  # chosen: below the golden; a smaller difference is not heard
_SMOOTHED = 5
# chosen: a place is as loud as the loudest within 10 dB; where half of the sound is, it is all of it
_BELOW_DB = 10.0
_ALL = 0.5
_JOINED = 10
_MOST = 3
_SHIFT_S = 0.03  # chosen: three frames


@feature
def departures(sound: Sound, golden: Sound) -> tuple[Passage, ...]:
    """The places that differ most, at most three, the worst first; none where all of the sound differs.

    What one of them lacks, where that moves the rest; else, of a sound that follows its golden sample by
    sample, where the difference is loudest, less what is a difference in level; of any other, where the mel
    cepstra of frames that correspond are furthest apart.
    """
    import numpy as np

    sizes, ours, theirs = _residual(sound, golden)
    smooth = np.convolve(sizes, np.ones(_SMOOTHED) / _SMOOTHED, mode="same")
    loud = smooth > smooth.max(initial=0.0) * 10 ** (-_BELOW_DB / 10)
    if loud.sum() > _ALL * loud.size:
        return ()
    gaps = merged(each.place for each in differences(sound, golden) if each.kind != "changed")
    if any(_shift_s(gap) >= _SHIFT_S for gap in gaps):
        return tuple(sorted(gaps, key=_shift_s, reverse=True)[:_MOST])
    found = _joined(spans(loud))
    found.sort(key=lambda span: -float(smooth[span[0] : span[1]].sum()))
    return tuple(
        Passage(
            float(theirs[first] * STEP_S),
            float((theirs[last - 1] + 1) * STEP_S),
            float(ours[first] * STEP_S),
            float((ours[last - 1] + 1) * STEP_S),
        )
        for first, last in found[:_MOST]
    )


def _shift_s(gap: Passage) -> float:
    """By how much what follows is earlier or later, which is heard as a difference as well."""
    return abs((gap.stop_s - gap.start_s) - (gap.heard_stop_s - gap.heard_start_s))


def _residual(sound: Sound, golden: Sound) -> tuple[Samples, Samples, Samples]:
    """The size of the difference frame by frame, and which frames of the sound and the golden those are."""
    import numpy as np

    overlap = alignment(sound, golden)
    ours, theirs = overlap.heard, overlap.golden
    power = float(theirs.dot(theirs)), float(ours.dot(ours))
    common = float(ours.dot(theirs))
    if min(power) > 0 and common**2 >= _ALIKE * power[0] * power[1]:
        error = ours - common / power[0] * theirs
        hop = round(STEP_S * sound.rate)
        frames = error.size // hop
        sizes: Samples = (error[: frames * hop].reshape(frames, hop) ** 2).mean(axis=1)
        if sizes.max(initial=0.0) < power[1] / ours.size * 10 ** (_HEARD_DB / 10):
            sizes = np.zeros(frames)
        shift = overlap.lag / hop
        places = np.arange(frames, dtype=np.float64)
        return sizes, places + max(shift, 0), places + max(-shift, 0)
    return _cepstral(sound, golden)


def _cepstral(sound: Sound, golden: Sound) -> tuple[Samples, Samples, Samples]:
    import numpy as np

    matches = [edit for edit in correspondence(sound, golden) if edit.kind == "match"]
    if not matches:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    ours = np.concatenate([np.arange(edit.other_start, edit.other_stop) for edit in matches])
    theirs = np.concatenate([np.arange(edit.start, edit.stop) for edit in matches])
    apart = cepstrum(sound).coefficients[ours] - cepstrum(golden).coefficients[theirs]
    return (apart**2).sum(axis=1), ours, theirs


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that are 100 ms or less apart as one."""
    joined: list[tuple[int, int]] = []
    for first, last in found:
        if joined and first - joined[-1][1] <= _JOINED:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined
