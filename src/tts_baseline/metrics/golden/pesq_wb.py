"""Wideband PESQ against the golden: predicted opinion of the difference, 1.0 to 4.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.overlay import overlay
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="pesq_wb",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit="0.1",
    gross=10.0,
    golden=True,
    identical=4.643888473510742,  # P.862.2, equation 1, of the best raw score, 4.5, in 32 bits
    headline=True,
    packages=("pesq", "scipy", "soxr"),
)

_RATE = 16_000
# The reference C code keeps 50 utterances and writes past the end at the 51st, which kills the
# process. An utterance needs 200 ms of speech and 200 ms of pause: 15 s cannot hold 50.
_LONGEST_S = 15


def read(evidence: Evidence) -> Reading:
    """The MOS-LQO of ITU-T P.862.2 at 16 kHz; 4.644 for the golden itself.

    Audio over 15 s is scored in equal parts of at most 15 s each, and the value is their mean (P.862
    is meant for 8 to 20 s). The sound is laid over the golden first, so that a moved pause does not count and
    what is missing does.
    """
    return against_golden(SPEC, evidence, _pesq)


def _pesq(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    degraded, reference = resampled(overlay(sound, golden), _RATE), resampled(golden, _RATE)
    parts = -(-reference.size // (_LONGEST_S * _RATE))
    scores = []
    for ours, theirs in zip(np.array_split(degraded, parts), np.array_split(reference, parts), strict=True):
        score = _part(ours, theirs)
        if score.value is None:
            return score
        scores.append(score.value)
    return Measured(sum(scores) / parts, f"mean of {parts} parts" if parts > 1 else "")


def _part(degraded: Samples, reference: Samples) -> Measured:
    from pesq import BufferTooShortError, NoUtterancesError, PesqError, pesq

    if not degraded.any() or not reference.any():
        return Measured(None, "a part of it is silent")
    try:
        return Measured(float(pesq(_RATE, reference, degraded, "wb")))
    except BufferTooShortError:
        return Measured(None, "shorter than 0.25 s")
    except NoUtterancesError:
        return Measured(None, "PESQ found no utterance")
    except PesqError as error:
        return Measured(None, f"PESQ failed: {error}")
