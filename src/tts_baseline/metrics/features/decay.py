"""How fast a sound can fall silent: no sound falls faster than the room that it is heard in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spectrum import HOP_S, spectrum

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# Octaves in which speech is loud.
_MIDDLES_HZ = (250, 500, 1_000, 2_000, 4_000)
# chosen on the prompts that benchmarks/sound_gate fetches: of falls over 64 ms that begin within 15 dB of the
# loud frames and 20 dB above the quiet ones, noise at 20 dB changes the time by 0.03 s or less, a faint room
# by 0.05 or more.
_FRAMES = 8
_LOUD, _QUIET, _FASTEST = 95, 5, 90
_BELOW_LOUD_DB, _ABOVE_QUIET_DB, _DEEPEST_DB = 15.0, 20.0, 60.0
_ENOUGH = 20


@feature
def decay(sound: Sound) -> float | None:
    """The seconds that the sound's faster falls would need for 60 dB (T60); None if it hardly ever falls.

    The fall over 64 ms that one in ten exceeds, in octaves from 250 Hz to 4 kHz, where it begins loud and far
    above the noise. A voice in no room reads 0.13 to 0.20 s. The sound must not be silent.
    """
    import numpy as np

    falls = [_falls(level) for level in _levels(sound)]
    found = np.concatenate([fall for fall in falls if fall.size >= _ENOUGH] or [np.zeros(1)])
    fastest = float(np.percentile(found, _FASTEST))
    return 60 * _FRAMES * HOP_S / fastest if fastest > 0 else None


def _levels(sound: Sound) -> list[Samples]:
    """The level of each octave in dB, frame by frame."""
    import numpy as np

    heard = spectrum(sound)
    octaves = [(heard.hz >= hz / 2**0.5) & (heard.hz < hz * 2**0.5) for hz in _MIDDLES_HZ]
    powers = [(heard.amplitude[:, octave] ** 2).sum(axis=1) for octave in octaves]
    return [10 * np.log10(np.maximum(power, 1e-20)) for power in powers]


def _falls(level: Samples) -> Samples:
    """By how many dB the level falls over 64 ms, from where it is loud."""
    import numpy as np

    loud = np.percentile(level, _LOUD)
    quiet = max(np.percentile(level, _QUIET), loud - _DEEPEST_DB)
    before, after = level[:-_FRAMES], level[_FRAMES:]
    counts = (before > loud - _BELOW_LOUD_DB) & (before > quiet + _ABOVE_QUIET_DB)
    falls: Samples = (before - np.maximum(after, quiet))[counts]
    return falls
