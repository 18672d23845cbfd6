"""How much longer than the golden it takes to say the same: another tempo of speech, whatever its pauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.edits import Edit
from tts_baseline.metrics.features.differences import correspondence
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="tempo",
    unit="1",
    better="same",
    family="quality",
    decide="median",
    # Quené, J. Phonetics 35 (2007) 353-362: listeners tell tempi apart that differ by about 5 %. Half of that
    # is the limit, and three quarters are that of a single sentence, so that what is just heard is decided.
    limit="2.5%",
    gross=1.5,
    golden=True,
    identical=1.0,
    packages=("scipy", "soxr"),
)

# Frames of 10 ms. chosen: a tempo is told over a second, or over half of what is shorter; from a gap of
# 50 ms on, words or pauses differ.
_SPAN, _SHORTEST_SPAN, _FEWEST = 100, 25, 25
_GAP = 5


def read(evidence: Evidence) -> Reading:
    """How many times as long as in the golden it takes to say a second of it, of what both say.

    1 for the golden itself, 1.05 for a voice that takes 5 % longer. Words and pauses that only one of them
    has play no part. None where they have less than 0.5 s without such in common, as with a tempo that is a
    quarter slower.
    """
    return against_golden(SPEC, evidence, _tempo)


def _tempo(sound: Sound, golden: Sound) -> Measured:
    """The mean of the middle half of the spans, so that one which has slipped weighs nothing."""
    import numpy as np

    lengths = np.sort(_lengths(correspondence(sound, golden)))
    if lengths.size < _FEWEST:
        return Measured(None, "less than 0.5 s in common with the golden without a gap")
    quarter = lengths.size // 4
    value = float(lengths[quarter : lengths.size - quarter].mean())
    change = f"{abs(value - 1):.1%} {'slower' if value > 1 else 'faster'}"
    return Measured(value, "" if value == 1 else change)


def _lengths(edits: Sequence[Edit]) -> Samples:
    """How many times as long as in the golden each span without a gap is, shape (spans,)."""
    import numpy as np

    frame, heard, gap = _matched(edits)
    if not frame.size:
        return np.zeros(0)
    span = min(_SPAN, int(frame[-1] - frame[0]) // 2)
    stop = np.searchsorted(frame, frame + max(span, _SHORTEST_SPAN))
    start = np.flatnonzero(stop < frame.size)
    stop = stop[start]
    start, stop = (ends[gap[start] == gap[stop]] for ends in (start, stop))
    lengths: Samples = (heard[stop] - heard[start]) / (frame[stop] - frame[start])
    return lengths


def _matched(edits: Sequence[Edit]) -> Samples:
    """Which frame of the golden each matched one is, which now, and after how many gaps; (3, frames)."""
    import numpy as np

    gaps = 0
    runs = [np.zeros((3, 0))]
    for edit in edits:
        length = max(edit.stop - edit.start, edit.other_stop - edit.other_start)
        if edit.kind == "match":
            along = np.arange(length)
            runs.append(np.stack([edit.start + along, edit.other_start + along, np.full(length, gaps)]))
        else:
            gaps += length >= _GAP
    return np.concatenate(runs, axis=1)
