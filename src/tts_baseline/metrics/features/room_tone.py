"""What is heard in the pauses: the noise of the recording, its level and its kind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.digital_silence import digital_silence
from tts_baseline.metrics.features.full_scale import full_scale
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.mains import HARMONICS, MAINS_HZ, OFF, RATE
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples
    from tts_baseline.metrics.spans import Mask

NoiseKind = Literal["rumble", "hum", "broadband"]
_NAMES: dict[NoiseKind, str] = {"rumble": "mostly rumble below 80 Hz", "hum": "mostly hum", "broadband": ""}

_FRAME_S = 0.010
_FRAMES_OF_LEAKAGE = 10
_SHORTEST_STRETCH_S = 0.050
_RUMBLE_HZ, _ORDER = 80.0, 4  # chosen: below the voices of men
# chosen: over half a second a multiple of 50 Hz is a line, of which noise has few per cent by chance
_LINES_S, _FINER = 0.5, 4


class RoomTone(NamedTuple):
    """The level of the noise in dB re full scale, as that of `level`, and what it mostly is."""

    level_db: float
    kind: NoiseKind

    @property
    def named(self) -> str:
        """The kind in words; empty for noise of all frequencies."""
        return _NAMES[self.kind]


@feature
def room_tone(sound: Sound) -> RoomTone | None:
    """The noise in the pauses about their mean; None where there is none to be heard.

    It is hum or rumble where the multiples of 50 or 60 Hz, or what else is below 80 Hz, have more power than
    the rest. Hum is told from half a second of pauses on.
    """
    import numpy as np

    pauses = quiet(sound)
    power = float(sound.samples[pauses].var()) if pauses.any() else 0.0
    if not power:
        return None
    low = resampled(Sound(sound.samples - sound.samples[pauses].mean(), sound.rate), RATE)
    there = pauses[np.minimum(np.arange(low.size) * sound.rate // RATE, pauses.size - 1)]
    tones = _mains(low, there)
    hum, hum_below = sum(tones.values()), sum(tones[hz] for hz in tones if hz < _RUMBLE_HZ)
    rumble = _power_below(low, there) - hum_below
    shares: dict[NoiseKind, float] = {"rumble": rumble, "hum": hum, "broadband": power - rumble - hum}
    return RoomTone(10 * math.log10(power), max(shares, key=lambda kind: shares[kind]))


def _mains(samples: Samples, there: Mask) -> dict[float, float]:
    """The power of each multiple of 50 or 60 Hz, whichever has more; nothing where they cannot be told."""
    import numpy as np

    if there.sum() < _LINES_S * RATE:
        return {}
    size = _FINER * samples.size
    lines = 2 * np.abs(np.fft.rfft(np.where(there, samples, 0.0), size) / there.sum()) ** 2
    hz = np.fft.rfftfreq(size, 1 / RATE)
    both = [
        {at: float(lines[abs(hz - at) <= OFF * at].max()) for at in mains * np.arange(1, HARMONICS + 1)}
        for mains in MAINS_HZ
    ]
    return max(both, key=lambda tones: sum(tones.values()))


def _power_below(samples: Samples, there: Mask) -> float:
    """The power below 80 Hz."""
    from scipy.signal import butter, sosfiltfilt

    low = sosfiltfilt(butter(_ORDER, _RUMBLE_HZ, fs=RATE, output="sos"), samples)
    return float(low[there].var())


@feature
def quiet(sound: Sound) -> Mask:
    """True in the pauses, shape (n,): 50 ms away from speech, without digital silence and edges of speech."""
    _, guarded = voice_activity(sound)
    return _without_leakage(full_scale(sound), guarded & ~digital_silence(sound))


def _without_leakage(sound: Sound, pauses: Mask) -> Mask:
    """The pauses without the quiet starts and ends of speech that the detector missed.

    At the edges towards speech, up to 100 ms of 10 ms frames louder than twice the median frame of
    all pauses are taken off. Only the edges: noise in the middle of a pause always counts.
    """
    import numpy as np

    frame = round(_FRAME_S * sound.rate)
    stretches = [(start, stop) for start, stop in spans(pauses) if stop - start >= frame]
    kept = np.zeros_like(pauses)
    if not stretches:
        return kept
    powers = [_frame_powers(sound.samples[start:stop], frame) for start, stop in stretches]
    loud = 2 * np.median(np.concatenate(powers))
    for start, stop in stretches:
        if start > 0:
            start += frame * _leading(_frame_powers(sound.samples[start:stop], frame) > loud)
        if stop < pauses.size:
            stop -= frame * _leading(_frame_powers(sound.samples[start:stop][::-1], frame) > loud)
        if stop - start >= _SHORTEST_STRETCH_S * sound.rate:
            kept[start:stop] = True
    return kept


def _frame_powers(samples: Samples, frame: int) -> Samples:
    import numpy as np

    frames = samples[: samples.size // frame * frame].reshape(-1, frame)
    powers: Samples = np.var(frames, axis=1)
    return powers


def _leading(loud: Mask) -> int:
    """How many of the first frames are loud without a break, ten at most."""
    head = loud[:_FRAMES_OF_LEAKAGE].tolist()
    return head.index(False) if False in head else len(head)
