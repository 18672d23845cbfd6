"""How ll and y are said: [ʝ] as in most regions, [ʒ] or [ʃ] as in Buenos Aires."""

from __future__ import annotations

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedSpeech
from tts_baseline.metrics.regions.tokens import RegionalToken, middle, onsets, power, unmeasured

UNIT = "dB"
_SPELLED = ("ll", "y")
_HIGH_HZ, _LOW_HZ = (2_000.0, 8_000.0), (100.0, 1_500.0)
# chosen: midway between the anchors of espeak-ng's minimal pairs in two voices: [ʝ] -12, [ʒ] +2, [ʃ] +19 and
# +24 dB. Native recordings may move them; until then they gate nothing.
_FRICATIVE_DB, _VOICELESS_DB = -5.0, 11.0


@feature
def palatals(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each ll and y before a vowel: R = 10·log10(power of 2 to 8 kHz / power of 0.1 to 1.5 kHz), in dB.

    Over the middle 60 % of the phone: [ʝ] below -5 dB, [ʃ] above 11 dB, [ʒ] between them. Rohena-Madrazo
    2015 tells them by voicing, which low frequencies are the trace of.
    """
    import numpy as np

    found = []
    for word, phone in onsets(script, spoken, _SPELLED):
        samples = middle(sound, phone) if phone else None
        if phone is None or samples is None:
            found.append(unmeasured(word))
            continue
        spectrum, hz = power(samples, sound.rate)
        high, low = (spectrum[(hz >= band[0]) & (hz < band[1])].sum() for band in (_HIGH_HZ, _LOW_HZ))
        if min(high, low) <= 0:
            found.append(unmeasured(word))
            continue
        ratio = float(10 * np.log10(high / low))
        kind = "ʝ" if ratio < _FRICATIVE_DB else "ʃ" if ratio > _VOICELESS_DB else "ʒ"
        found.append(RegionalToken(word, phone.start_s, phone.stop_s, ratio, kind))
    return tuple(found)
