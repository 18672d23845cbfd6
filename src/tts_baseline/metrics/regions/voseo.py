"""Whether the verb forms of vos are stressed on their last syllable: tenés, not tenes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedSpeech, TimedSyllable
from tts_baseline.metrics.regions.tokens import RegionalToken, unmeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT = "dB"


@feature
def voseo(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each verb form of vos: the energy of its last vowel about that of its strongest other one, in dB.

    Energy is level and length in one number; both make a Spanish syllable stressed (Ortega-Llebaria & Prieto
    2011). "final" above 0, "earlier" from there down. An [i] is softer than an [a] by itself, and the last
    vowel before a pause longer. Words of one syllable have no other vowel, and are left out.
    """
    found = []
    for number, word in enumerate(script.words):
        if not word.voseo or len(word.syllables) < 2:
            continue
        said = spoken.of_word(number)
        value = _about_the_others(sound, said) if len(said) == len(word.syllables) else None
        if value is None:
            found.append(unmeasured(word.text))
            continue
        kind = "final" if value > 0 else "earlier"
        found.append(RegionalToken(word.text, said[0].start_s, said[-1].stop_s, value, kind))
    return tuple(found)


def _about_the_others(sound: Sound, said: Sequence[TimedSyllable]) -> float | None:
    """The energy of the last vowel about the strongest of the others, in dB; None where one is silent."""
    import numpy as np

    spans = [slice(round(each.start_s * sound.rate), round(each.stop_s * sound.rate)) for each in said]
    *others, last = (float((sound.samples[span] ** 2).sum()) for span in spans)
    return 10 * float(np.log10(last / max(others))) if min(*others, last) > 0 else None
