"""How far a style or a pace moves the voice from the same words without it, in steps that are heard."""

from __future__ import annotations

import math

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound, fault
from tts_baseline.metrics.features.manner import SpokenManner, manner
from tts_baseline.metrics.pooling import Measured, no_value, over_utterances

SPEC = MetricSpec(
    name="control",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit="1",
    gross=2.0,  # chosen: a control of which two steps are gone acts otherwise, in whatever sentence
    packages=("scipy", "soxr"),
)

# What the limits of `f0`, `f0_range`, `level`, `ltas` and `duration` take for a change.
_PITCH_ST, _RANGE_ST, _LEVEL_DB, _TILT_DB, _PACE = 1.0, 1.5, 1.0, 1.0, 0.05
_HEARD = 1.0


def read(evidence: Evidence) -> Reading:
    """The largest of five differences from the neutral reading, each in steps of what is heard; from 0.

    Pitch (steps of 1 semitone), its range from the 10th to the 90th percentile (1.5), level (1 dB), spectral
    tilt (1 dB of the alpha ratio) and pace (5 % of the seconds of speech). From 1 on the control acts; the
    note has what it moves. None where the case asks for no style and no pace, or the suite has no case of the
    same words without.
    """
    if evidence.neutral is None:
        return no_value(SPEC, evidence, "no style, or no case of the same words without it")
    plain = evidence.sounds.of(evidence.neutral)
    if broken := fault(plain.samples):
        return no_value(SPEC, evidence, f"neutral: {broken}")

    def moved(sound: Sound) -> Measured:
        steps = _steps(manner(sound), manner(plain))
        value = max(abs(size) for size, _ in steps.values())
        acts = [f"{name} {shown}" for name, (size, shown) in steps.items() if abs(size) >= _HEARD]
        return Measured(value, ", ".join(acts) or "acts on nothing that is heard")

    return over_utterances(SPEC, evidence, moved)


def _steps(styled: SpokenManner, plain: SpokenManner) -> dict[str, tuple[float, str]]:
    """Each difference in steps, and as it is said; of pitch where both have enough voice."""
    pitch, span = styled.pitch_st - plain.pitch_st, styled.range_st - plain.range_st
    level, tilt = styled.level_db - plain.level_db, styled.tilt_db - plain.tilt_db
    pace = plain.speech_s / styled.speech_s - 1
    found = {
        "pitch": (pitch / _PITCH_ST, f"{pitch:+.1f} st"),
        "range": (span / _RANGE_ST, f"{span:+.1f} st"),
        "level": (level / _LEVEL_DB, f"{level:+.1f} dB"),
        "tilt": (tilt / _TILT_DB, f"{tilt:+.1f} dB"),
        "pace": (pace / _PACE, f"{pace:+.0%}"),
    }
    return {name: step for name, step in found.items() if not math.isnan(step[0])}
