"""Clicks that the golden does not have: single samples that stand out, torn seams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.hearing import Passage
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.counterpart import counterpart
from tts_baseline.metrics.features.differences import correspondence
from tts_baseline.metrics.features.impulses import impulses
from tts_baseline.metrics.pooling import Measured, against_golden
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="clicks",
    unit="faults",
    better="lower",
    family="quality",
    decide="each",
    limit="0",
    golden=True,
    identical=0.0,
    packages=("scipy",),
)

# chosen on the prompts that benchmarks/sound_gate fetches: noise, dither and resampling make none in 12
# sentences; five clicks of a fifth of the peak are noticed in 12 of 12.
_CLICK = 25.0
_LIKE_THE_GOLDEN = 0.5
_LONGEST_S = 0.001
_NEARBY_S = 0.015
_NAMED = 3


def read(evidence: Evidence) -> Reading:
    """How many places of 1 ms or less stand out by 25 and more, and twice as much as the golden's do there.

    *There* is within 15 ms of the place that says the same; where the golden says nothing like it, it counts
    as a word, not as a click. 0 for the golden itself. The note has the seconds in the utterance.
    """
    return against_golden(SPEC, evidence, _clicks)


def places(sound: Sound, golden: Sound) -> tuple[Passage, ...]:
    """Where they are."""
    return tuple(counterpart(sound, golden, second, second) for second in _seconds(sound, golden))


def _clicks(sound: Sound, golden: Sound) -> Measured:
    if min(sound.samples.size, golden.samples.size) < _NEARBY_S * max(sound.rate, golden.rate):
        return Measured(None, "shorter than 15 ms")
    found = _seconds(sound, golden)
    named = ", ".join(f"{second:.2f} s" for second in found[:_NAMED])
    return Measured(float(len(found)), f"at {named}{', …' if len(found) > _NAMED else ''}" if found else "")


def _seconds(sound: Sound, golden: Sound) -> list[float]:
    """The seconds of the sound in which it has a click; its start and its end, among zeros too, are none."""
    import numpy as np

    there = _in_the_golden(sound, golden)
    first, last = np.flatnonzero(sound.samples)[[0, -1]] / sound.rate
    return [
        second
        for second, height in _places(impulses(sound), sound.rate)
        if first + _LONGEST_S < second < last - _LONGEST_S
        and there[min(round(second / STEP_S), there.size - 1)] < _LIKE_THE_GOLDEN * height
    ]


def _places(standing: Samples, rate: int) -> list[tuple[float, float]]:
    """The second and the height of each place that stands out for no longer than a click."""
    import numpy as np

    gap = np.ones(2 * round(_LONGEST_S / 2 * rate) + 1)
    near = np.convolve(standing > _CLICK, gap, mode="same") > 0
    places = []
    for start, stop in spans(near):
        if stop - start < 3 * _LONGEST_S * rate:
            peak = start + int(standing[start:stop].argmax())
            places.append(((peak + 2) / rate, float(standing[peak])))
    return places


def _in_the_golden(sound: Sound, golden: Sound) -> Samples:
    """For each 10 ms of the sound, the most that the golden stands out there; infinite if it has no such."""
    import numpy as np
    from scipy.ndimage import maximum_filter1d

    nearby = maximum_filter1d(impulses(golden), 2 * round(_NEARBY_S * golden.rate) + 1)
    edits = correspondence(sound, golden)
    there = np.full(max(edits[-1].other_stop, 1), np.inf)
    for edit in edits:
        if edit.kind == "match":
            samples = np.round(np.arange(edit.start, edit.stop) * STEP_S * golden.rate).astype(int)
            there[edit.other_start : edit.other_stop] = nearby[np.minimum(samples, nearby.size - 1)]
    return there
