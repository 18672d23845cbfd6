"""The short-time spectrum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# chosen: 512 and 128 samples at 16 kHz, which is usual for speech: three periods of a voice of 94 Hz
WINDOW_S, HOP_S = 0.032, 0.008
_AT_ONCE = 4096  # frames. chosen: what is shorter than half a minute is one part, of 10 MB or so
_TRANSFORMED = 64  # frames. chosen: they and their windows stay in the processor's cache


class Spectrum(NamedTuple):
    """Amplitudes, shape (frames, frequencies); the frequencies in Hz; the middle of each frame in seconds."""

    amplitude: Samples
    hz: Samples
    times_s: Samples


@feature
def spectrum(sound: Sound, window_s: float = WINDOW_S, hop_s: float = HOP_S) -> Spectrum:
    """The magnitude of the short-time Fourier transform (as scipy.signal.ShortTimeFFT's, Hann window).

    A sine of amplitude a at one of the frequencies reads a there. Frames are centred on 0, `hop_s`,
    2 `hop_s`, …; before its start and after its end the sound counts as zero.
    """
    import numpy as np

    amplitude = np.concatenate(list(_blocks(sound, window_s, hop_s)))
    window, hop = _sizes(sound, window_s, hop_s)
    hz = np.arange(window // 2 + 1) * sound.rate / window
    return Spectrum(amplitude, hz, np.arange(len(amplitude)) * hop / sound.rate)


def spectra(sound: Sound, window_s: float = WINDOW_S, hop_s: float = HOP_S) -> Iterator[Samples]:
    """The amplitudes of the spectrum in order; of a long sound a part at once, which is not kept."""
    _, hop = _sizes(sound, window_s, hop_s)
    if sound.samples.size <= _AT_ONCE * hop:
        yield spectrum(sound, window_s, hop_s).amplitude
    else:
        yield from _blocks(sound, window_s, hop_s)


def loudest(sound: Sound, window_s: float = WINDOW_S, hop_s: float = HOP_S) -> float:
    """The largest amplitude of the spectrum."""
    return max(float(block.max()) for block in spectra(sound, window_s, hop_s))


def _blocks(sound: Sound, window_s: float, hop_s: float) -> Iterator[Samples]:
    import numpy as np
    from scipy.fft import rfft
    from scipy.signal.windows import hann

    window, hop = _sizes(sound, window_s, hop_s)
    weights = hann(window, sym=False)
    weights *= 2 / weights.sum()
    frames = -(-sound.samples.size // hop)
    padded = np.pad(sound.samples, (window // 2, window))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop][:frames]
    for first in range(0, frames, _AT_ONCE):
        block = windows[first : first + _AT_ONCE]
        amplitude = np.empty((len(block), window // 2 + 1))
        for start in range(0, len(block), _TRANSFORMED):
            part = slice(start, start + _TRANSFORMED)
            np.abs(rfft(block[part] * weights), out=amplitude[part])
        # These two have no twin at a negative frequency.
        amplitude[:, 0] /= 2
        if window % 2 == 0:
            amplitude[:, -1] /= 2
        yield amplitude


def _sizes(sound: Sound, window_s: float, hop_s: float) -> tuple[int, int]:
    """Window and hop in samples."""
    return round(window_s * sound.rate), max(1, round(hop_s * sound.rate))
