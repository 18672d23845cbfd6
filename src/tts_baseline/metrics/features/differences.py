"""Where a sound says something else than its golden: what is missing, what is extra, what is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from tts_baseline.core.hearing import Passage
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.edits import Edit, edits
from tts_baseline.metrics.features.cepstrum import STEP_S, Cepstrum, cepstrum
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples
    from tts_baseline.metrics.spans import Mask

DifferenceKind = Literal["missing", "extra", "changed"]

# Costs and distances in dB of cepstrum, chosen on the prompts that benchmarks/sound_gate fetches: frames of
# the same speech with white noise at 20 dB are 17 to 22 apart in the median, frames of different speech 50.
_OPENING, _EXTENSION = 60.0, 22.0
_CHANGED = 28.0
_ENERGY_WEIGHT = 0.3
# Frames of 10 ms: the shortest phones last about 50 ms; what is changed is seen over 70 ms.
SHORTEST = 5
_SMOOTHED = 7
# chosen: what one says may be 3 s earlier or later than the other, beside their difference in tempo
_BAND = 300
# A frame is a pause if it is 35 dB below the loud ones, or about as quiet as the quietest tenth.
_PAUSE_DB, _ABOVE_NOISE_DB, _LOUDEST_PAUSE_DB = -35.0, 6.0, -12.0


class Difference(NamedTuple):
    """One place: its seconds in the golden and in the sound, and how much of it is speech, and pause."""

    kind: DifferenceKind
    start_s: float
    stop_s: float
    heard_start_s: float
    heard_stop_s: float
    speech_s: float
    pause_s: float

    @property
    def place(self) -> Passage:
        """Where it is, in both."""
        return Passage(self.start_s, self.stop_s, self.heard_start_s, self.heard_stop_s)


@feature
def differences(sound: Sound, golden: Sound) -> tuple[Difference, ...]:
    """The places of 50 ms or more where the two are not the same speech, in order.

    By the least edit between their cepstra, each about its own mean, so that filters, level, pitch and tempo
    play no part. Neither may be silent.
    """
    runs = correspondence(sound, golden)
    paused = _pauses(cepstrum(golden))
    places = (
        *_gaps(runs, paused, _pauses(cepstrum(sound))),
        *_changed(runs, weighted_cepstrum(golden), weighted_cepstrum(sound), paused),
    )
    return tuple(sorted(places, key=lambda place: (place.start_s, place.heard_start_s)))


@feature
def correspondence(sound: Sound, golden: Sound) -> tuple[Edit, ...]:
    """Which frames of 10 ms of the golden (the reference) are which of the sound (the other), in order."""
    heard, reference = weighted_cepstrum(sound), weighted_cepstrum(golden)
    return edits(reference, heard, opening=_OPENING, extension=_EXTENSION, band=_BAND)


@feature
def weighted_cepstrum(sound: Sound) -> Samples:
    """What frames are compared by: coefficients about their mean, energy weighing less; (frames, 13)."""
    coefficients = cepstrum(sound).coefficients
    weighted: Samples = coefficients - coefficients.mean(axis=0)
    weighted[:, 0] *= _ENERGY_WEIGHT
    return weighted


def _pauses(given: Cepstrum) -> Mask:
    import numpy as np

    noise = float(np.percentile(given.level_db, 10)) + _ABOVE_NOISE_DB
    quiet: Mask = given.level_db < min(max(_PAUSE_DB, noise), _LOUDEST_PAUSE_DB)
    return quiet


def _gaps(runs: tuple[Edit, ...], golden_pauses: Mask, heard_pauses: Mask) -> Iterator[Difference]:
    """What one of them lacks."""
    for edit in runs:
        if edit.kind == "missing" and edit.stop - edit.start >= SHORTEST:
            yield _difference("missing", edit, golden_pauses[edit.start : edit.stop])
        if edit.kind == "extra" and edit.other_stop - edit.other_start >= SHORTEST:
            yield _difference("extra", edit, heard_pauses[edit.other_start : edit.other_stop])


def _changed(
    runs: tuple[Edit, ...], reference: Samples, heard: Samples, pauses: Mask
) -> Iterator[Difference]:
    """Matches that are further apart than the rest of the matches, over 70 ms."""
    import numpy as np
    from scipy.ndimage import median_filter

    matches = [edit for edit in runs if edit.kind == "match"]
    if not matches:
        return
    rows = np.concatenate([np.arange(edit.start, edit.stop) for edit in matches])
    columns = np.concatenate([np.arange(edit.other_start, edit.other_stop) for edit in matches])
    distance = np.linalg.norm(reference[rows] - heard[columns], axis=1)
    far = median_filter(distance, _SMOOTHED) - np.median(distance) >= _CHANGED
    for first, last in spans(far):
        if last - first >= SHORTEST:
            place = Edit("match", rows[first], rows[last - 1] + 1, columns[first], columns[last - 1] + 1)
            yield _difference("changed", place, pauses[rows[first:last]])


def _difference(kind: DifferenceKind, place: Edit, pauses: Mask) -> Difference:
    pause = int(pauses.sum())
    return Difference(
        kind,
        float(place.start * STEP_S),
        float(place.stop * STEP_S),
        float(place.other_start * STEP_S),
        float(place.other_stop * STEP_S),
        (pauses.size - pause) * STEP_S,
        pause * STEP_S,
    )
