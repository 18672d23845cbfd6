"""Words that are heard otherwise than in the golden, by a recogniser and by the sound, never by one alone."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.differences import Difference, differences
from tts_baseline.metrics.pooling import Measured, against_golden
from tts_baseline.metrics.recognised import Recognised, quarantined, recognised
from tts_baseline.metrics.spellings import OtherWords, changes

SPEC = MetricSpec(
    name="changed_words",
    unit="words",
    better="lower",
    family="quality",
    decide="each",
    limit="0",
    golden=True,
    identical=0.0,
    packages=("ctranslate2", "faster-whisper", "jiwer", "scipy", "soxr"),
    needs="asr",
)
# research/quality.md 2(c): Whisper-base places a word within 164 ms of where it is, 90 times of 100.
_BESIDE_S = 0.2
# chosen: so much of a place of 50 ms or more is speech where a word is another; «playa» for «calle» had 40 ms
_LEAST_S = 0.03
# chosen: espeak says «el» and «la» in 70 ms. So much speech too much or too little is a word that was
# mended by the recogniser.
_WORD_S = 0.06


def read(evidence: Evidence) -> Reading:
    """Words of the golden's transcript that are others, lost or added in the utterance's, by how they sound.

    One counts where the two sounds differ at its place too, by 30 ms of speech: a recogniser alone proves
    nothing. Speech of 60 ms or more that only one of them has counts as a word: recognisers mend what is said
    twice, or left out. None for less than 1 s.
    """

    def changed(sound: Sound, golden: Sound) -> Measured:
        if reason := quarantined(sound) or quarantined(golden):
            return Measured(None, reason)
        ours, theirs = recognised(sound, evidence), recognised(golden, evidence)
        places = [place for place in differences(sound, golden) if place.speech_s >= _LEAST_S]
        found = [
            (change, beside)
            for change in changes(theirs.words, ours.words, evidence.region)
            if (beside := [place for place in places if _is_beside(place, change, theirs, ours)])
        ]
        explained = {place for _, beside in found for place in beside}
        mended = [place for place in places if place not in explained and _is_a_word(place)]
        said = [str(change) for change, _ in found] + [_shown(place) for place in mended]
        return Measured(float(sum(change.size for change, _ in found) + len(mended)), ", ".join(said))

    return against_golden(SPEC, evidence, changed)


def _is_beside(place: Difference, change: OtherWords, theirs: Recognised, ours: Recognised) -> bool:
    """Whether a place at which the sounds differ is where the transcripts do, in one or the other."""
    golden = theirs.span(change.start, change.start + len(change.words))
    heard = ours.span(change.other_start, change.other_start + len(change.others))
    return _meets(golden, place.start_s, place.stop_s) or _meets(
        heard, place.heard_start_s, place.heard_stop_s
    )


def _meets(span: tuple[float, float], start_s: float, stop_s: float) -> bool:
    return start_s < span[1] + _BESIDE_S and stop_s > span[0] - _BESIDE_S


def _is_a_word(place: Difference) -> bool:
    return place.kind != "changed" and place.speech_s >= _WORD_S


def _shown(place: Difference) -> str:
    return f"{place.speech_s:.2f} s {place.kind} at {place.start_s:.2f} s, which no transcript has"
