"""The sound of the room when nobody speaks: in pauses that are planned, a voice's own noise goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tts_baseline.pipelines.f5_spanish.post.silence import Wave, insides

Filter = NDArray[np.float64]

# chosen: a listener hears nothing at that level, and no click where it starts and stops
QUIET: Filter = np.array([10 ** (-60 / 20)])
QUIET.flags.writeable = False

# chosen: speech fades by 20 ms after its end, and no soft speech is 20 dB below the loud for longer
_GUARD_S, _SHORTEST_S, _ENOUGH_S = 0.020, 0.020, 0.080
_BELOW_LOUD_DB = 20.0
_WINDOW_S = 0.020  # chosen: bands of 50 Hz, and several windows in what is enough


def room_tone(waves: Sequence[Wave], rate: int) -> Filter:
    """The filter that makes the noise of the waves' own silences out of white noise of variance 1.

    Taps of shape (20 ms,): the root of the mean power spectrum of all windows between the speech (Welch
    1967), with zero phase. With less than 80 ms of silence in all waves, `QUIET`: white noise at -60 dBFS.
    """
    room = Room(rate)
    return [QUIET, *map(room.after, waves)][-1]


class Room:
    """What was heard of a room so far: each wave is listened to once."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._window = np.hanning(round(_WINDOW_S * rate))
        self._power = np.zeros(self._window.size // 2 + 1)
        self._frames = self._heard = 0

    def after(self, wave: Wave) -> Filter:
        """The room's tone after one wave more: by it and those before, see `room_tone`."""
        size = self._window.size
        for silence in insides(
            wave, self._rate, guard_s=_GUARD_S, shortest_s=_SHORTEST_S, below_loud_db=_BELOW_LOUD_DB
        ):
            self._heard += silence.size
            if silence.size >= size:
                cut = np.lib.stride_tricks.sliding_window_view(silence.astype(np.float64), size)[:: size // 2]
                spectra = np.fft.rfft((cut - cut.mean(axis=1, keepdims=True)) * self._window)
                self._power += (np.abs(spectra) ** 2).sum(axis=0)
                self._frames += len(cut)
        if self._heard < _ENOUGH_S * self._rate:
            return QUIET
        mean = self._power / self._frames / (self._window**2).sum()
        return np.roll(np.fft.irfft(np.sqrt(mean), size), size // 2)
