"""What the audio metrics share: the guard against unusable samples, pooling, resampling."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading, Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]
    Mask = NDArray[np.bool_]


class Clip(NamedTuple):
    """Mono audio that passed the guard: finite float64 samples, not all zero, and their rate in Hz."""

    samples: Samples
    rate: int


class Measured(NamedTuple):
    """What one utterance gave: a value and a note about it, or None and the reason."""

    value: float | None
    text: str = ""


def over_utterances(spec: MetricSpec, evidence: Evidence, measure: Callable[[Clip], Measured]) -> Reading:
    """The reading of `measure` over the scored utterances: `value` is their median.

    An unusable utterance (see `fault`) leaves no value. Where `measure` gives none for some
    utterances, the others decide as long as they are the majority.
    """
    if not evidence.utterances:
        return _reading(spec, evidence, None, reason="no utterance")
    faults = [text for text in map(fault, evidence.utterances) if text]
    if faults:
        return _reading(spec, evidence, None, reason=faults[0])
    measured = [_finite(measure(_clip(utterance))) for utterance in evidence.utterances]
    values = tuple(float(m.value) for m in measured if m.value is not None)
    lost = [m.text for m in measured if m.value is None]
    if len(lost) >= len(values):
        return _reading(spec, evidence, None, reason=_joined(lost))
    notes = [m.text for m in measured if m.value is not None]
    if lost:
        notes.append(f"{len(lost)} of {len(measured)} utterances without a value: {_joined(lost)}")
    return _reading(spec, evidence, statistics.median(values), values=values, note=_joined(notes))


def against_golden(
    spec: MetricSpec, evidence: Evidence, measure: Callable[[Clip, Clip], Measured]
) -> Reading:
    """The reading of `measure(utterance, golden)` over the scored utterances."""
    golden = evidence.golden
    if golden is None:
        return _reading(spec, evidence, None, reason="no golden recording")
    broken = fault(golden)
    if broken:
        return _reading(spec, evidence, None, reason=f"golden: {broken}")
    reference = _clip(golden)
    return over_utterances(spec, evidence, lambda clip: measure(clip, reference))


def fault(utterance: Utterance) -> str:
    """Why no metric may read these samples (empty, silent, or how many are not finite), else ''."""
    import numpy as np

    samples = utterance.samples
    if samples.size == 0:
        return "empty audio"
    broken = int(np.count_nonzero(~np.isfinite(samples)))
    if broken:
        kind = "NaN" if np.isnan(samples).any() else "infinity"
        return f"{kind} in {broken} sample{'s' if broken > 1 else ''}"
    return "" if samples.any() else "silent audio"


def resample(clip: Clip, rate: int) -> Samples:
    """The samples at `rate` Hz (soxr, quality HQ); the clip's own where it has that rate."""
    if clip.rate == rate:
        return clip.samples
    import numpy as np
    import soxr

    return np.asarray(soxr.resample(clip.samples, clip.rate, rate, quality="HQ"), dtype=np.float64)


def spans(mask: Mask) -> list[tuple[int, int]]:
    """Start and stop of each unbroken stretch of True."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _clip(utterance: Utterance) -> Clip:
    import numpy as np

    return Clip(np.asarray(utterance.samples, dtype=np.float64), utterance.sample_rate)


def _finite(measured: Measured) -> Measured:
    if measured.value is None or math.isfinite(measured.value):
        return measured
    return Measured(None, f"the result is {measured.value}")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _reading(
    spec: MetricSpec,
    evidence: Evidence,
    value: float | None,
    *,
    values: tuple[float, ...] = (),
    reason: str | None = None,
    note: str = "",
) -> Reading:
    case = evidence.case.id if evidence.case else None
    return Reading(metric=spec.name, case=case, value=value, values=values, reason=reason, note=note)
