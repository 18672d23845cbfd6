"""How fast the pitch sinks over a tone unit."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.nuclear import voiced
from tts_baseline.metrics.features.spoken import TimedSpeech, over_spoken
from tts_baseline.metrics.pooling import Measured

SPEC = MetricSpec(
    name="declination",
    unit="st/s",
    better="same",
    family="quality",
    decide="median",
    limit=None,
    packages=("scipy", "soxr", "espeakng-loader"),
)

_SHORTEST_S = 0.8  # chosen: in a shorter unit one accent makes the slope
_FEWEST = 30  # frames


def read(evidence: Evidence) -> Reading:
    """The median over the tone units of the slope of the line through their pitch (least squares), in st/s.

    A unit is what stands between two marks and takes 0.8 s or more, with 0.3 s of voice. Below 0 where the
    pitch sinks. None where no unit is so long.
    """
    return over_spoken(SPEC, evidence, _declination)


def units(script: SpeechScript) -> tuple[tuple[int, int], ...]:
    """The first and the last word of each tone unit."""
    ends = [n for n, word in enumerate(script.words) if word.pause_s is not None]
    ends = sorted({*ends, len(script.words) - 1})
    return tuple(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


def _declination(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> Measured:
    import numpy as np

    pitch = voiced(sound)
    slopes = []
    for first, last in units(script):
        found = [each for each in spoken.syllables if first <= each.word <= last]
        if found and found[-1].end_s - found[0].start_s >= _SHORTEST_S:
            frames = np.arange(round(found[0].start_s / STEP_S), round(found[-1].end_s / STEP_S) + 1)
            frames = frames[frames < pitch.size]
            frames = frames[~np.isnan(pitch[frames])]
            if frames.size >= _FEWEST:
                slopes.append(float(np.polyfit(frames * STEP_S, pitch[frames], 1)[0]))
    if not slopes:
        return Measured(None, "no tone unit of 0.8 s with 0.3 s of voice")
    return Measured(float(np.median(slopes)), f"{len(slopes)} units" if len(slopes) > 1 else "")
