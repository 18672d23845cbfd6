"""How an s at the end of a syllable is said: kept, breathed as [h], or left out."""

from __future__ import annotations

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedPhone, TimedSpeech
from tts_baseline.metrics.regions.tokens import Follower, RegionalToken, codas, middle, power, unmeasured

UNIT = "Hz"
_ABOVE_HZ = 750.0  # File-Muriel & Brown 2011, who leave voicing out of the centroid
# chosen: midway between the anchors of espeak-ng's minimal pairs: [s] 5613 ± 83 Hz, [h] 2279 ± 32 Hz. Native
# recordings may move it; until then it gates nothing.
_KEPT_HZ = 3_900.0
_NOTHING = 10**-3.5  # chosen: of the sound's power, the closure of a plosive; [h] has 100 times as much
_NARROWEST_RATE = 12_000  # of samples: below, the noise of [s] is not in the recording


@feature
def coda_s(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each s before a consonant or a pause: the centroid of its power above 750 Hz, in Hz.

    Over the middle 60 % of the phone: "kept" from 3900 Hz on, "aspirated" below; "dropped" where less than
    25 ms are left for it, or as good as silence. `place` says what follows. Not measured below 12 kHz, nor
    before another s, which is heard whatever became of the first (grados Celsius).
    """
    return tuple(
        _token(sound, word, phone, place)
        if phone is not None and place != "before an s" and sound.rate >= _NARROWEST_RATE
        else unmeasured(word, place)
        for word, phone, place in codas(script, spoken, "s")
    )


def _token(sound: Sound, word: str, phone: TimedPhone, place: Follower) -> RegionalToken:
    samples = middle(sound, phone)
    if samples is None or (samples**2).mean() <= _NOTHING * (sound.samples**2).mean():
        return RegionalToken(word, phone.start_s, phone.stop_s, None, "dropped", place)
    spectrum, hz = power(samples, sound.rate)
    heard = spectrum * (hz > _ABOVE_HZ)
    if heard.sum() <= 0:
        return unmeasured(word, place)
    centroid = float((heard * hz).sum() / heard.sum())
    kind = "kept" if centroid >= _KEPT_HZ else "aspirated"
    return RegionalToken(word, phone.start_s, phone.stop_s, centroid, kind, place)
