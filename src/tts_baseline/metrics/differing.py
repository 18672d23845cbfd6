"""How much of one kind differs from the golden, in seconds, and where: what words and pauses share."""

from __future__ import annotations

from collections.abc import Callable

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.differences import Difference, differences
from tts_baseline.metrics.pooling import Measured

_NOTED = 3


def differing(sound: Sound, golden: Sound, seconds: Callable[[Difference], float]) -> Measured:
    """The seconds of that kind over all places where the two differ; the note has the longest three."""
    places = [(seconds(place), place) for place in differences(sound, golden)]
    places = sorted((each for each in places if each[0] > 0), key=lambda each: -each[0])
    notes = (f"{own_s:.2f} s {place.kind} at {place.start_s:.2f} s" for own_s, place in places[:_NOTED])
    more = f" and {len(places) - _NOTED} more" if len(places) > _NOTED else ""
    return Measured(sum(own_s for own_s, _ in places), ", ".join(notes) + more)
