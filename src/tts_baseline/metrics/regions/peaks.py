"""Where the pitch peaks about a stressed syllable before the last: in it, as in Buenos Aires, or after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech, TimedSyllable
from tts_baseline.metrics.regions.tokens import RegionalToken, coda_length, unmeasured

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

UNIT = "1"
# 't Hart, JASA 69 (1981) 811-821: what moves by less than 1.5 semitones is not heard as a movement.
_HEARD_ST = 1.5
_VOICED = 0.5  # chosen: of each of both vowels; a peak may hide in what is not voiced


@feature
def peaks(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each stressed syllable before the nuclear one: seconds from its vowel to the peak / to its own end.

    The peak is the highest pitch from there to the end of the next syllable's vowel. "early" to 1, which is
    within the syllable (Colantoni & Gurlekian 2004), "late" above. Not measured before a pause, where half of
    a vowel is unvoiced, and where the pitch rises by less than 1.5 semitones to the peak from the lowest
    since the syllable before: there is no peak to align.
    """
    pitch = voiced(sound)
    nuclei = {sentence.nucleus for sentence in script.sentences}
    said = spoken.syllables
    place = {(each.word, each.place): number for number, each in enumerate(said)}
    found = []
    for number, word in enumerate(script.words):
        if word.stress is None or number in nuclei:
            continue
        token, at = unmeasured(word.text), place.get((number, word.stress))
        if at is not None and not said[at].is_last and at + 1 < len(said):
            stressed = said[at]
            before = said[at - 1] if at and not said[at - 1].is_last else stressed
            end_s = _end(spoken, stressed, word.syllables[word.stress])
            peak_s = _peak(pitch, before.start_s, stressed, said[at + 1])
            if peak_s is not None:
                value = (peak_s - stressed.start_s) / (end_s - stressed.start_s)
                kind = "early" if value <= 1 else "late"
                token = RegionalToken(word.text, stressed.start_s, end_s, value, kind)
        found.append(token)
    return tuple(found)


def _end(spoken: TimedSpeech, syllable: TimedSyllable, spelled: str) -> float:
    """When the last consonant ends that the syllable's spelling has after its vowel."""
    coda = [p for p in spoken.phones if p.symbol and syllable.stop_s - 1e-6 <= p.start_s < syllable.end_s]
    return max((p.stop_s for p in coda[: coda_length(spelled)]), default=syllable.stop_s)


def _peak(pitch: Samples, from_s: float, stressed: TimedSyllable, following: TimedSyllable) -> float | None:
    """The second of the highest pitch in both syllables; None where there is none that is risen to."""
    import numpy as np

    for each in (stressed, following):
        vowel = pitch[round(each.start_s / STEP_S) : round(each.stop_s / STEP_S)]
        if not vowel.size or (~np.isnan(vowel)).mean() < _VOICED:
            return None
    first = round(stressed.start_s / STEP_S)
    peak = first + int(np.nanargmax(pitch[first : round(following.stop_s / STEP_S)]))
    rises = pitch[peak] - np.nanmin(pitch[min(round(from_s / STEP_S), first) : peak + 1])
    return peak * STEP_S if rises >= _HEARD_ST else None
