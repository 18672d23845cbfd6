"""The place in the golden that says what a place in the sound says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.hearing import Passage
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.differences import correspondence

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples


def counterpart(sound: Sound, golden: Sound, start_s: float, stop_s: float) -> Passage:
    """The place from `start_s` to `stop_s` in the sound, with its seconds in the golden."""
    there = _seconds(sound, golden)
    start, stop = (float(there[min(round(moment / STEP_S), there.size - 1)]) for moment in (start_s, stop_s))
    return Passage(start, max(start, stop), start_s, stop_s)


@feature
def _seconds(sound: Sound, golden: Sound) -> Samples:
    """For each 10 ms of the sound, the second of the golden; that of the last before it where it has none."""
    import numpy as np

    edits = correspondence(sound, golden)
    frames = np.zeros(max(edits[-1].other_stop, 1) if edits else 1)
    for edit in edits:
        if edit.kind == "match":
            frames[edit.other_start : edit.other_stop] = np.arange(edit.start, edit.stop)
        elif edit.kind == "extra":
            frames[edit.other_start : edit.other_stop] = edit.start
    seconds: Samples = frames * STEP_S
    return seconds
