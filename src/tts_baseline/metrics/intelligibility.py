"""STOI and ESTOI, which differ in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.overlay import overlay
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.pooling import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tts_baseline.core.sounds import Samples

# As Taal et al. 2011 have them, section II
_RATE = 10_000
_FRAME, _HOP, _TRANSFORM = 256, 128, 512
_BANDS, _LOWEST_HZ = 15, 150.0
_SEGMENT = 30
_RANGE_DB, _DISTORTION_DB = 40.0, -15.0
_ROUNDING = 2.0**-52
_AT_ONCE = 2048  # frames or segments. chosen: 26 s are one part, of 30 MB or so


def intelligibility(sound: Sound, golden: Sound, *, extended: bool) -> Measured:
    """STOI (Taal et al. 2011) at 10 kHz, or ESTOI (Jensen & Taal 2016), of the sound laid over its golden.

    No value where less than the 0.4 s that they need remain once the golden's silent frames are left out.
    """
    theirs = resampled(golden, _RATE)
    if theirs.size < _FRAME + _SEGMENT * _HOP:
        return Measured(None, "shorter than 0.4 s")
    import numpy as np

    ours = resampled(overlay(sound, golden), _RATE)
    spoken = _spoken(theirs)
    if spoken.size <= _SEGMENT:
        return Measured(None, "less than 0.4 s of speech")
    clean, heard = (
        np.lib.stride_tricks.sliding_window_view(_bands(_joined(samples, spoken)), _SEGMENT, axis=0)
        for samples in (theirs, ours)
    )
    likeness = _extended if extended else _plain
    total = sum(likeness(clean[part], heard[part]) for part in _parts(len(clean)))
    return Measured(total / len(clean))


def _plain(clean: Samples, heard: Samples) -> float:
    """The sum of the mean correlations of each segment's bands, shapes (segments, bands, frames)."""
    import numpy as np

    scaled = heard * np.linalg.norm(clean, axis=2, keepdims=True)
    scaled /= np.linalg.norm(heard, axis=2, keepdims=True) + _ROUNDING
    limited = np.minimum(scaled, clean * (1 + 10 ** (-_DISTORTION_DB / 20)))
    return float((_normalized(clean, 2) * _normalized(limited, 2)).sum()) / _BANDS


def _extended(clean: Samples, heard: Samples) -> float:
    """The sum of the mean correlations of each segment's spectra, its bands normalized first."""
    spectra = (_normalized(_normalized(each, 2), 1) for each in (clean, heard))
    return float((next(spectra) * next(spectra)).sum()) / _SEGMENT


def _normalized(values: Samples, axis: int) -> Samples:
    """Of mean 0 and length 1 along an axis."""
    import numpy as np

    about = values - values.mean(axis=axis, keepdims=True)
    normal: Samples = about / (np.linalg.norm(about, axis=axis, keepdims=True) + _ROUNDING)
    return normal


def _spoken(samples: Samples) -> NDArray[np.int64]:
    """The frames that are within 40 dB of the loudest."""
    import numpy as np

    frames, window = _frames(samples), _window()
    power = np.concatenate([((window * frames[p]) ** 2).sum(axis=1) for p in _parts(len(frames))])
    level = 20 * np.log10(np.sqrt(power) + _ROUNDING)
    return np.flatnonzero(level > level.max() - _RANGE_DB)


def _joined(samples: Samples, kept: NDArray[np.int64]) -> Samples:
    """The frames that are kept, one after the other as if they had always been."""
    import numpy as np

    frames, window = _frames(samples), _window()
    joined = np.zeros((kept.size + 1, _HOP))
    for part in _parts(kept.size):
        halves = (window * frames[kept[part]]).reshape(-1, 2, _HOP)
        joined[part] += halves[:, 0]
        joined[part.start + 1 : part.stop + 1] += halves[:, 1]
    return joined.ravel()


def _bands(samples: Samples) -> Samples:
    """The magnitude in each third of an octave, shape (frames, 15)."""
    import numpy as np

    frames, window = _frames(samples), _window()
    edges_hz = _LOWEST_HZ * 2 ** ((2 * np.arange(_BANDS + 1) - 1) / 6)
    *lower, last = np.round(edges_hz * _TRANSFORM / _RATE).astype(int).tolist()
    bands = np.empty((len(frames), _BANDS))
    for part in _parts(len(frames)):
        power = np.abs(np.fft.rfft(window * frames[part], _TRANSFORM)) ** 2
        bands[part] = np.sqrt(np.add.reduceat(power[:, :last], lower, axis=1))
    return bands


def _frames(samples: Samples) -> Samples:
    """Frames every 128 samples, but for one that ends with the sound."""
    import numpy as np

    return np.lib.stride_tricks.sliding_window_view(samples[:-1], _FRAME)[::_HOP]


def _window() -> Samples:
    import numpy as np

    window: Samples = np.hanning(_FRAME + 2)[1:-1]
    return window


def _parts(count: int) -> list[slice]:
    """So many frames, a part at once."""
    return [slice(first, min(first + _AT_ONCE, count)) for first in range(0, count, _AT_ONCE)]
