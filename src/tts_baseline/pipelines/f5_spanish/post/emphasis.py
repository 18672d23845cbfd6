"""Emphasis made after synthesis: a wider pitch range and more level, word by word."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tts_baseline.core.errors import MissingExtra, PipelineError
from tts_baseline.pipelines.f5_spanish.plan import Chunk
from tts_baseline.pipelines.f5_spanish.post.silence import Wave, edge_silence
from tts_baseline.pipelines.f5_spanish.post.step import ChunkStep, Task

_RANGE = {1: 1.1, 2: 1.2, 3: 1.3}
_GAIN_DB = {1: 1.0, 2: 2.0, 3: 3.0}
_FADE_S = 0.010
_CONTEXT_S = 0.100
_PITCH_STEP_S, _PITCH_FLOOR_HZ, _PITCH_CEILING_HZ = 0.005, 75.0, 600.0
# Praat's pitch analysis wants three periods of the lowest pitch.
_SHORTEST_S = 3 / _PITCH_FLOOR_HZ

_Samples = NDArray[np.float64]


class Stressed(NamedTuple):
    """What to emphasize: start and end in seconds, and a level from 1 to 3."""

    start_s: float
    end_s: float
    level: int


def emphasize(wave: Wave, rate: int, spans: Iterable[Stressed]) -> Wave:
    """The wave, as long as before, with each span's pitch range widened and its level raised.

    The pitch's distance in semitones from the span's median is multiplied by 1.1, 1.2 or 1.3, by
    pitch-synchronous overlap-add (Moulines & Charpentier 1990) in Praat. The level rises by 1, 2 or 3 dB,
    or as far as full scale allows. Both fade in and out over 10 ms inside the span; outside the spans
    every sample stays. A span without voice is only made louder; spans that overlap add up.

    Raises MissingExtra without praat-parselmouth, PipelineError for a level or a time that is none.
    """
    out = wave.copy()
    for span in spans:
        _check(span)
        start, stop = (min(round(seconds * rate), wave.size) for seconds in span[:2])
        if start < stop:
            out[start:stop] = _emphasized(out, rate, start, stop, span.level)
    return out


def _check(span: Stressed) -> None:
    if span.level not in _RANGE or not 0 <= span.start_s <= span.end_s < math.inf:
        raise PipelineError(
            f"emphasis of level {span.level} from {span.start_s:g} to {span.end_s:g} s",
            where="emphasizing",
            hint="levels are 1, 2 and 3; times are seconds, the start before the end",
        )


def _emphasized(wave: Wave, rate: int, start: int, stop: int, level: int) -> Wave:
    context = round(_CONTEXT_S * rate)
    first = max(0, start - context)
    around = wave[first : stop + context].astype(np.float64)
    inside = slice(start - first, stop - first)
    plain = around[inside]
    wider = _with_wider_range(around, rate, inside, _RANGE[level])[inside]
    peak = float(np.abs(wider).max())
    gain = min(10 ** (_GAIN_DB[level] / 20), 1 / peak if peak else math.inf)
    fade = min(round(_FADE_S * rate), plain.size // 2)
    weight = np.ones(plain.size)
    weight[:fade] = np.linspace(0, 1, fade)
    weight[plain.size - fade :] = np.linspace(1, 0, fade)
    return np.asarray(plain + (gain * wider - plain) * weight, dtype=np.float32)


def _with_wider_range(around: _Samples, rate: int, inside: slice, factor: float) -> _Samples:
    """The samples with their pitch moved away from its median `inside`, if there is any voice there."""
    try:
        from parselmouth import Sound
        from parselmouth.praat import call
    except ImportError as error:
        raise MissingExtra("emphasis needs praat-parselmouth", extra="prosody") from error
    if around.size < _SHORTEST_S * rate:
        return around
    sound = Sound(around, rate)
    pitch = sound.to_pitch(_PITCH_STEP_S, _PITCH_FLOOR_HZ, _PITCH_CEILING_HZ)
    start_s, end_s = inside.start / rate, inside.stop / rate
    heard = pitch.selected_array["frequency"][(pitch.xs() >= start_s) & (pitch.xs() <= end_s)]
    if not heard.any():
        return around
    median = float(np.median(heard[heard > 0]))
    manipulation = call([sound, pitch], "To Manipulation")
    tier = call(manipulation, "Extract pitch tier")
    call(tier, "Formula", f"{median} * (self / {median}) ^ {factor}")
    call([manipulation, tier], "Replace pitch tier")
    values: _Samples = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    return values


def _apply(wave: Wave, chunk: Chunk, task: Task) -> Wave:
    # Where a word lies in the sound is estimated by its share of the bytes, as the duration itself is.
    lead, trail = edge_silence(wave, task.rate)
    start_s = lead / task.rate
    second = (wave.size - lead - trail) / task.rate / len(chunk.text.encode())
    spans = [
        Stressed(start_s + word.start * second, start_s + word.end * second, word.level)
        for word in chunk.emphasis
    ]
    return emphasize(wave, task.rate, spans)


STEP = ChunkStep(
    name="emphasis",
    setting="emphasis",
    scope="chunk",
    stage="post",
    package="parselmouth",
    extra="prosody",
    on=lambda _, chunk: bool(chunk.emphasis),
    apply=_apply,
)
