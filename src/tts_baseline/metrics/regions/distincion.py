"""How z, and c before e and i, are said: [θ], softer than the voice's own s, or [s] like it (seseo)."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedPhone, TimedSpeech
from tts_baseline.metrics.regions.tokens import RegionalToken, codas, middle, onsets, power, unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

UNIT = "dB"
_SPELLED = ("z", "ce", "ci", "cé", "cí")
_ABOVE_HZ = 2_000.0  # chosen: what a vowel beside it leaks is below
_NARROWEST_RATE = 12_000  # as of `coda_s`
_FEWEST = 2  # chosen: of one s nobody knows whether it is a usual one
# chosen: midway between the anchors of espeak-ng's minimal pairs, whose [θ] is 12 dB softer than its [s]. So
# is that of English (Jongman, Wayland & Wong 2000). Native recordings may move it; it gates nothing.
_SOFTER_DB = -6.0


@feature
def distincion(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each z, ce and ci: its level above 2 kHz about the median of the utterance's own s, in dB.

    Over the middle 60 % of the phones: [θ] from 6 dB below, else [s]. Not measured with fewer than two s, or
    below 12 kHz of rate.
    """
    own = [level for _, phone in _esses(script, spoken) if (level := _level(sound, phone)) is not None]
    usual = statistics.median(own) if len(own) >= _FEWEST else None
    found = []
    for word, phone in _zetas(script, spoken):
        level = _level(sound, phone)
        if phone is None or level is None or usual is None:
            found.append(unmeasured(word))
            continue
        kind = "θ" if level - usual <= _SOFTER_DB else "s"
        found.append(RegionalToken(word, phone.start_s, phone.stop_s, level - usual, kind))
    return tuple(found)


def _esses(script: SpeechScript, spoken: TimedSpeech) -> Iterator[tuple[str, TimedPhone | None]]:
    yield from onsets(script, spoken, ("s",))
    yield from ((word, phone) for word, phone, _ in codas(script, spoken, "s"))


def _zetas(script: SpeechScript, spoken: TimedSpeech) -> Iterator[tuple[str, TimedPhone | None]]:
    yield from onsets(script, spoken, _SPELLED)
    yield from ((word, phone) for word, phone, _ in codas(script, spoken, "z"))


def _level(sound: Sound, phone: TimedPhone | None) -> float | None:
    """The power above 2 kHz of the middle of a phone, in dB; None where that is nothing."""
    import numpy as np

    samples = middle(sound, phone) if phone and sound.rate >= _NARROWEST_RATE else None
    if samples is None:
        return None
    spectrum, hz = power(samples, sound.rate)
    high = float(spectrum[hz > _ABOVE_HZ].sum()) / float((np.hanning(samples.size) ** 2).sum() * samples.size)
    return 10 * float(np.log10(high)) if high > 0 else None
