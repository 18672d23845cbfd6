"""The noise under the speech, band by band: the level that no frame falls below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.digital_silence import digital_silence
from tts_baseline.metrics.features.spectrum import WINDOW_S, spectrum

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples
    from tts_baseline.metrics.spans import Mask

# chosen: 16 of the window's frequencies a band, so that the level of noise spreads by 1.5 dB from frame to
# frame; below 100 Hz is rumble, and at the end of the band are the filters of converters.
WIDTH_HZ, _LOWEST_HZ, _HIGHEST = 500.0, 100.0, 0.94
_FEWEST_FRAMES = 50
# Squared correlation of neighbouring frequencies under a Hann window, one and two apart.
_NEIGHBOURS = ((1, 4 / 9), (2, 1 / 36))
# A band's spectrum of power is 3 times its share of the samples' power: 2, and 1.5 of the Hann window.
_POWER = 3.0
# In spreads of the noise: frames up to CUT above its level are looked at, their median is MEDIAN above it.
# That is -0.20 for noise alone and 0.45 where speech fades into it evenly; between them both are right
# within 0.6 dB.
_CUT, _MEDIAN = 1.0, 0.0
_FIRST_GUESS = 0.02
_ROUNDS = 40
_STEP = 0.7
_SEEN = 0.05


class NoiseFloor(NamedTuple):
    """By band: power of the noise in dB, middle in Hz, and whether noise is seen beside the speech."""

    level_db: Samples
    hz: Samples
    seen: Mask


@feature
def noise_floor(sound: Sound) -> NoiseFloor:
    """The level of steady noise in bands of 500 Hz from 100 Hz on, shape (bands,), whatever is said over it.

    Noise spreads by a known amount from frame to frame (32 ms, the logarithm of χ²), and speech only adds to
    it. So the level is where the lowest frames of a band lie about it as those of noise do: a truncated
    median, in the manner of minimum statistics (Martin 2001), band by band because speech leaves most bands
    free most of the time. Noise is seen where 5 % of the frames are at that level; else it may be lower, and
    the level is what speech itself never falls below. No bands for less than 0.4 s without digital silence.
    """
    import numpy as np
    from scipy.special import digamma, polygamma

    heard = spectrum(sound)
    count = max(0, int((_HIGHEST * sound.rate / 2 - _LOWEST_HZ) // WIDTH_HZ))
    edges = _LOWEST_HZ + WIDTH_HZ * np.arange(count, dtype=np.float64)
    whole = _whole_frames(sound, heard.times_s)
    if whole.sum() < _FEWEST_FRAMES or not count:
        return NoiseFloor(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool))
    power = heard.amplitude[whole] ** 2 / _POWER
    bands = [power[:, (heard.hz >= low) & (heard.hz < low + WIDTH_HZ)] for low in edges]
    half = _degrees(bands[0].shape[1]) / 2
    spread = 10 / np.log(10) * float(np.sqrt(polygamma(1, half)))
    mean = 10 / np.log(10) * float(np.log(half) - digamma(half))  # of the power, above that of its dB
    fits = [_level(np.sort(10 * np.log10(band.sum(axis=1) + 1e-30)), spread) for band in bands]
    levels, shares = np.array(fits, dtype=np.float64).T
    return NoiseFloor(levels + mean, edges + WIDTH_HZ / 2, shares >= _SEEN)


def _whole_frames(sound: Sound, times_s: Samples) -> Mask:
    """The frames without digital silence that lie inside the sound."""
    import numpy as np

    silent = np.concatenate(([0], np.cumsum(digital_silence(sound))))
    middle, half = np.round(times_s * sound.rate).astype(int), round(WINDOW_S * sound.rate / 2)
    first, last = middle - half, middle + half
    inside = (first >= 0) & (last <= sound.samples.size)
    size = sound.samples.size
    whole: Mask = inside & (silent[np.clip(last, 0, size)] == silent[np.clip(first, 0, size)])
    return whole


def _degrees(count: int) -> float:
    """The degrees of freedom of noise's power over so many neighbouring frequencies of a Hann window."""
    return 2 * count**2 / (count + sum(2 * (count - apart) * share for apart, share in _NEIGHBOURS))


def _level(ordered: Samples, spread: float) -> tuple[float, float]:
    """The level of the noise among frames in order, in dB, and the share of frames that are at it."""
    import numpy as np

    level = float(ordered[int(_FIRST_GUESS * ordered.size)]) + spread
    below = 0
    for _ in range(_ROUNDS):
        below = int(np.searchsorted(ordered, level + _CUT * spread))
        if not below:
            break
        moved = _STEP * (float(ordered[below // 2]) - _MEDIAN * spread - level)
        level += moved
        if abs(moved) < spread / 100:
            break
    return level, below / ordered.size
