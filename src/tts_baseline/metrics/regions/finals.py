"""How sentences end: by a fall, a rise, or a circumflex that rises and falls, as statements in Mexico may."""

from __future__ import annotations

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spoken import TimedSpeech
from tts_baseline.metrics.prosody.nuclear import movements
from tts_baseline.metrics.regions.tokens import RegionalToken, unmeasured

UNIT = "st"


@feature
def finals(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each sentence: the smaller of its rise to the peak and its fall from there, in semitones; its tone.

    From where its last stressed vowel begins, as `nuclear` reads it. HL%, the circumflex, has 3 st or more
    (contours.toml has the classes). `place` is what the sentence asks; those that are suspended are left out.
    """
    moved = {sentence.nucleus: movement for sentence, movement in movements(sound, script, spoken)}
    found = []
    for sentence in script.sentences:
        place, word = sentence.asks.replace("_", " "), script.words[sentence.nucleus].text
        movement = moved.get(sentence.nucleus)
        if sentence.asks == "suspended":
            continue
        if movement is None:
            found.append(unmeasured(word, place))
            continue
        at = spoken.of_word(sentence.nucleus)
        size = min(movement.peak_st, movement.peak_st - movement.end_st)
        found.append(RegionalToken(word, at[0].start_s, at[-1].end_s, size, movement.tone, place))
    return tuple(found)
