"""How much it is the speaker of the reference clip that a voice is cloned from, by Resemblyzer."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.voiceprint import voiceprint
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.reference_clip import reference_clip
from tts_baseline.metrics.speakers import cosine, untellable

SPEC = MetricSpec(
    name="speaker_reference",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit=None,  # `speaker` gates a change; how near a clone comes is no regression
    packages=("Resemblyzer", "librosa", "soundfile", "soxr", "torch"),
    needs="reference",
)


def read(evidence: Evidence) -> Reading:
    """The cosine between the vectors of the utterance and of the clip in `ears.reference`.

    None where either is shorter than 3 s, or has noise less than 25 dB below its speech.
    """

    def alike(sound: Sound) -> Measured:
        clip = reference_clip(evidence.ears.models["reference"])
        if reason := untellable(sound):
            return Measured(None, reason)
        if reason := untellable(clip):
            return Measured(None, f"the reference clip: {reason}")
        return Measured(cosine(voiceprint(sound), voiceprint(clip)))

    return over_utterances(SPEC, evidence, alike)
