"""How ll and y are said: [ʝ] as in most regions, [ʒ] or [ʃ] as in Buenos Aires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedPhone, TimedSpeech
from tts_baseline.metrics.regions.tokens import RegionalToken, middle, onsets, power, unmeasured

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

UNIT = "dB"
_SPELLED = ("ll", "y")
_HIGH_HZ, _LOW_HZ = (2_000.0, 8_000.0), (100.0, 1_500.0)
# chosen: midway between the anchors of espeak-ng's minimal pairs in two voices: [ʝ] -12, [ʒ] +2, [ʃ] +19 and
# +24 dB. Native recordings may move them; until then they gate nothing.
_FRICATIVE_DB, _VOICELESS_DB = -5.0, 11.0
# chosen: beside an i, a recital's [ʝ] is laid over half of the vowel and half of a [ʃ]. Where a quarter of a
# phone is above the border it is [ʃ]: in windows of two periods of a low voice, espeak-ng's [ʒ] has 10 dB.
_QUARTILE, _WINDOW_S, _STEP_S = 75, 0.024, 0.005


@feature
def palatals(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each ll and y before a vowel: R = 10·log10(power of 2 to 8 kHz / power of 0.1 to 1.5 kHz), in dB.

    Over the middle 60 % of the phone: [ʝ] below -5 dB, [ʃ] above 11 dB, [ʒ] between them; where a quarter of
    the phone is above 11 dB in windows of 24 ms, that quarter's. Rohena-Madrazo 2015 tells them by voicing,
    which low frequencies are the trace of.
    """
    found = []
    for word, phone in onsets(script, spoken, _SPELLED):
        samples = middle(sound, phone) if phone else None
        ratio = _ratio(samples, sound.rate) if samples is not None else None
        if phone is None or ratio is None:
            found.append(unmeasured(word))
            continue
        if ratio <= _VOICELESS_DB < (quarter := _quarter(sound, phone)):
            ratio = quarter
        kind = "ʝ" if ratio < _FRICATIVE_DB else "ʃ" if ratio > _VOICELESS_DB else "ʒ"
        found.append(RegionalToken(word, phone.start_s, phone.stop_s, ratio, kind))
    return tuple(found)


def _quarter(sound: Sound, phone: TimedPhone) -> float:
    """The R that a quarter of the windows of a phone exceed; minus infinity where there are none."""
    import numpy as np

    size = round(_WINDOW_S * sound.rate)
    first, last = (round(at * sound.rate) for at in (phone.start_s, phone.stop_s))
    starts = range(first, min(last, sound.samples.size) - size + 1, max(1, round(_STEP_S * sound.rate)))
    ratios = [_ratio(sound.samples[start : start + size], sound.rate) for start in starts]
    known = [ratio for ratio in ratios if ratio is not None]
    return float(np.percentile(known, _QUARTILE)) if known else float("-inf")


def _ratio(samples: Samples, rate: int) -> float | None:
    """R of samples; None where they have nothing in a band."""
    import numpy as np

    spectrum, hz = power(samples, rate)
    high, low = (spectrum[(hz >= band[0]) & (hz < band[1])].sum() for band in (_HIGH_HZ, _LOW_HZ))
    return float(10 * np.log10(high / low)) if min(high, low) > 0 else None
