"""How far a sentence's final melody is from what its kind and its region accept: a question that is flat."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.script import ScriptSentence, SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.nuclear import nuclear
from tts_baseline.metrics.features.spoken import TimedSpeech, over_spoken
from tts_baseline.metrics.pooling import Measured
from tts_baseline.metrics.prosody.contours import Movement, accepted

SPEC = MetricSpec(
    name="nuclear",
    unit="st",
    better="lower",
    family="quality",
    decide="median",
    # 't Hart, JASA 69 (1981) 811-821: listeners hear movements apart that differ by 1.5 to 2 semitones.
    limit="1.5 st",
    gross=1.0,  # one wrong melody is one too many
    packages=("scipy", "soxr", "espeakng-loader"),
)


def read(evidence: Evidence) -> Reading:
    """Semitones by which the worst sentence misses the nearest contour that is accepted; 0 where none does.

    From where its last stressed vowel begins to its end, the pitch has a peak and an end, in semitones above
    the beginning: L% ends at -2 or lower, HH% at +4 or higher, LH% between +2 and +4, HL% has a peak of +3 or
    more and falls by 3 or more. What is accepted is a set by kind of sentence and region (contours.toml).
    None where no sentence is judged or voiced. The note has class, end and set of the worst.
    """
    return over_spoken(SPEC, evidence, _nuclear)


def movements(
    sound: Sound, script: SpeechScript, spoken: TimedSpeech
) -> tuple[tuple[ScriptSentence, Movement], ...]:
    """The final movement of each sentence whose nucleus is found and voiced."""
    found = []
    for sentence in script.sentences:
        stress = script.words[sentence.nucleus].stress or 0
        nucleus = [s for s in spoken.of_word(sentence.nucleus) if s.place == stress]
        end = [s for s in spoken.syllables if sentence.nucleus <= s.word <= sentence.last]
        moved = nuclear(sound, nucleus[0].start_s, end[-1].end_s) if nucleus else None
        if moved:
            found.append((sentence, moved))
    return tuple(found)


def _nuclear(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> Measured:
    judged = []
    for sentence, moved in movements(sound, script, spoken):
        allowed = accepted(sentence.asks, script.region)
        if allowed:
            misses = min(moved.misses(tone) for tone in allowed)
            what = f"{sentence.asks.replace('_', ' ')} ends {moved.tone} ({moved.end_st:+.1f} st)"
            judged.append((misses, f"{what}, accepted {' or '.join(allowed)}"))
    if not judged:
        return Measured(None, "no sentence whose final melody is judged and heard")
    worst, note = max(judged)
    return Measured(worst, note if worst else "")
