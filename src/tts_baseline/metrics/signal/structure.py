"""Structural faults: clipped runs, dead air of 2 s or more, an offset from zero."""

from __future__ import annotations

from tts_baseline.core.hearing import Passage
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.counterpart import counterpart
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.spans import spans

SPEC = MetricSpec(name="structure", unit="faults", better="lower", family="quality", decide="each", limit="0")

_PEAK = 0.999
# Samples in a row. Chance makes 3 level ones about once a minute of speech, but not at its very peak; once it
# is resampled, 0.1 ms up to 0.2 times a minute, 0.2 ms never in 145 minutes (527 prompts at five rates).
_AT_PEAK, _BELOW_PEAK, _BELOW_PEAK_S = 3, 4, 0.0002
_QUIETEST_PLATEAU = 0.25
_NEIGHBOURHOOD_S = 0.005
_FLAT = 1e-4
_CORNER = 5e-4
_LSB_16 = 2.0**-15
_DEAD_AIR_S = 2.0
_DEAD_AIR_DB = -60.0
_FRAME_S = 0.020
_DC = 0.01
_APART_S = 0.1  # chosen: less than a syllable


def read(evidence: Evidence) -> Reading:
    """The number of clipped runs, stretches of dead air and offsets; the note says which.

    A clipped run is 3 or more samples in a row (below 0.999 of the sound's peak 4, and 0.2 ms) that are level
    within 1e-4 of the peak, with a corner at both ends, at or above a quarter of the peak, and the highest of
    their sign within 5 ms. Dead air is 2 s or more in which every 20 ms vary 60 dB less than the
    liveliest 20 ms. An offset is |mean| > 0.01.
    """
    return over_utterances(SPEC, evidence, _structure)


def _structure(sound: Sound) -> Measured:
    clipped = len(_clipped_runs(sound))
    dead = [stop - start for start, stop in _dead_air(sound)]
    offset = float(sound.samples.mean())
    faults = []
    if clipped:
        faults.append(f"{clipped} clipped run{'s' if clipped > 1 else ''}")
    faults += [f"dead air of {length:.1f} s" for length in dead]
    if abs(offset) > _DC:
        faults.append(f"DC {offset:+.3f}")
    return Measured(clipped + len(dead) + (abs(offset) > _DC), ", ".join(faults))


def places(sound: Sound, golden: Sound) -> tuple[Passage, ...]:
    """Where it is clipped, and dead; an offset is everywhere."""
    found = [*_together(_clipped_runs(sound)), *_dead_air(sound)]
    return tuple(counterpart(sound, golden, start, stop) for start, stop in found)


def _together(seconds: list[float]) -> list[tuple[float, float]]:
    """Clipped runs that are 100 ms or less apart as one stretch."""
    stretches: list[tuple[float, float]] = []
    for second in seconds:
        if stretches and second - stretches[-1][1] <= _APART_S:
            stretches[-1] = stretches[-1][0], second
        else:
            stretches.append((second, second))
    return stretches


def _clipped_runs(sound: Sound) -> list[float]:
    """The second of each plateau in the sound's waveform that was cut off rather than rounded."""
    import numpy as np

    samples = sound.samples
    peak = np.abs(samples).max()
    steps = np.abs(np.diff(samples))
    # A smooth crest can be level over 3 samples too, but then it falls off gently on both sides,
    # by 4e-4 of the peak or 4 steps of 16 bits at most.
    corner = max(_CORNER * peak, 5 * _LSB_16)
    reach = round(_NEIGHBOURHOOD_S * sound.rate)
    runs = []
    for first, last in spans(steps <= _FLAT * peak):
        if first == 0 or last == steps.size or min(steps[first - 1], steps[last]) <= corner:
            continue
        nearby = np.sign(samples[first]) * samples[max(0, first - reach) : last + 1 + reach]
        level = np.abs(samples[first : last + 1]).max()
        shortest = _AT_PEAK if level >= _PEAK * peak else max(_BELOW_PEAK, _BELOW_PEAK_S * sound.rate)
        if (
            last + 1 - first >= shortest
            and level >= _QUIETEST_PLATEAU * peak
            and level >= nearby.max() - _FLAT * peak
        ):
            runs.append(first / sound.rate)
    return runs


def _dead_air(sound: Sound) -> list[tuple[float, float]]:
    """The seconds between which the air is dead, stretch by stretch."""
    import numpy as np

    frame = round(_FRAME_S * sound.rate)
    samples = sound.samples[: sound.samples.size // frame * frame]
    power = np.var(samples.reshape(-1, frame) / np.abs(sound.samples).max(), axis=1)
    quiet = power < power.max(initial=0.0) * 10 ** (_DEAD_AIR_DB / 10)
    stretches = [(start * frame / sound.rate, stop * frame / sound.rate) for start, stop in spans(quiet)]
    return [(start, stop) for start, stop in stretches if stop - start >= _DEAD_AIR_S]
