"""How much it is the golden's speaker, by a WavLM for speaker verification that the project brings."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.own_network import answers
from tts_baseline.metrics.pooling import Measured, against_golden
from tts_baseline.metrics.speakers import cosine, untellable

SPEC = MetricSpec(
    name="wavlm_speaker",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
    identical=1.0,
    packages=("onnxruntime", "soxr"),
    needs="wavlm_speaker",
)


def read(evidence: Evidence) -> Reading:
    """The cosine between the vectors that the ONNX file in `ears.wavlm_speaker` gives utterance and golden.

    None where either is shorter than 3 s, or has noise less than 25 dB below its speech.
    """

    def alike(sound: Sound, golden: Sound) -> Measured:
        if reason := untellable(sound) or untellable(golden):
            return Measured(None, reason)
        file, where = evidence.ears.models[SPEC.needs], f"ears.{SPEC.needs}"
        ours, theirs = (answers(each, file, where)[0] for each in (sound, golden))
        return Measured(cosine(ours, theirs))

    return against_golden(SPEC, evidence, alike)
