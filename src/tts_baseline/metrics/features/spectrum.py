"""The short-time spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# chosen: 512 and 128 samples at 16 kHz, which is usual for speech: three periods of a voice of 94 Hz
WINDOW_S, HOP_S = 0.032, 0.008


class Spectrum(NamedTuple):
    """Amplitudes, shape (frames, frequencies); the frequencies in Hz; the middle of each frame in seconds."""

    amplitude: Samples
    hz: Samples
    times_s: Samples


@feature
def spectrum(sound: Sound, window_s: float = WINDOW_S, hop_s: float = HOP_S) -> Spectrum:
    """The magnitude of the short-time Fourier transform (scipy.signal.ShortTimeFFT, Hann window).

    A sine of amplitude a at one of the frequencies reads a there. Frames are centred on 0, `hop_s`,
    2 `hop_s`, …; before its start and after its end the sound counts as zero.
    """
    import numpy as np
    from scipy.signal import ShortTimeFFT
    from scipy.signal.windows import hann

    window, hop = round(window_s * sound.rate), max(1, round(hop_s * sound.rate))
    transform = ShortTimeFFT(
        hann(window, sym=False), hop, sound.rate, fft_mode="onesided2X", scale_to="magnitude"
    )
    frames = -(-sound.samples.size // hop)
    samples = np.pad(sound.samples, (0, max(0, window - sound.samples.size)))
    amplitude = np.abs(transform.stft(samples, p0=0, p1=frames)).T
    return Spectrum(amplitude, transform.f, np.arange(frames) * hop / sound.rate)
