"""Where a voice pauses: stretches that are far softer than its speech."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SHORTEST_S = 0.15  # as the pauses that listeners hear as such; the closure of a plosive is shorter
_WINDOW_S = 0.010
_LOUD, _BELOW_DB = 95, 35.0


class Silences(NamedTuple):
    """The pauses inside the speech, shape (pauses, 2), and where the speech begins and ends, in seconds."""

    pauses_s: Samples
    start_s: float
    stop_s: float

    @property
    def speech_s(self) -> float:
        """The seconds of speech without its pauses."""
        return self.stop_s - self.start_s - float((self.pauses_s[:, 1] - self.pauses_s[:, 0]).sum())


@feature
def silences(sound: Sound) -> Silences:
    """The pauses of 150 ms or more: power over 10 ms below the 95th percentile's by 35 dB; not of silence.

    What is softer before the first and after the last louder moment is no pause of the speech, and an offset
    from zero is no power.
    """
    import numpy as np

    window = max(1, round(_WINDOW_S * sound.rate))
    samples = sound.samples - np.mean(sound.samples)
    power = np.cumsum(np.pad(samples**2, (window // 2 + 1, window - window // 2 - 1)))
    power = (power[window:] - power[:-window]) / window
    loud = power > np.percentile(power, _LOUD) * 10 ** (-_BELOW_DB / 10)
    places = np.flatnonzero(loud)
    if not places.size:  # all of it is one value
        return Silences(np.zeros((0, 2)), 0.0, 0.0)
    first, last = int(places[0]), int(places[-1]) + 1
    # A window that only touches the speech counts as loud: half of it on either side is pause.
    wider = window - 1
    found = [
        (first + start - wider / 2, first + stop + wider / 2)
        for start, stop in spans(~loud[first:last])
        if stop - start + wider >= SHORTEST_S * sound.rate
    ]
    pauses = np.array(found).reshape(-1, 2) / sound.rate
    return Silences(pauses, (first + wider / 2) / sound.rate, (last - wider / 2) / sound.rate)
