"""From values to a reading: over utterances, against the golden, over replicates, over operators."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound, fault, feature
from tts_baseline.stats.repeats import error_of_median

_OPERATORS_NAMED = 3


class Measured(NamedTuple):
    """What one utterance gave: a value and a note about it, or None and the reason.

    `error` is the standard error of the value where little was there to measure it from.
    """

    value: float | None
    text: str = ""
    error: float = 0.0


def over_utterances(spec: MetricSpec, evidence: Evidence, measure: Callable[[Sound], Measured]) -> Reading:
    """The reading of `measure` over the scored utterances: `value` is their median, `error` that of it.

    `measure` sees sounds that are finite, within full scale and not all zero; any other utterance leaves no
    value. Where `measure` gives none for some utterances, the others decide as long as they are the majority.
    """
    if not evidence.utterances:
        return no_value(spec, evidence, "no utterance")
    if not evidence.ears.has(spec.needs):
        return no_value(spec, evidence, f"no model is named: ears.{spec.needs}")
    sounds = [evidence.sounds.of(utterance) for utterance in evidence.utterances]
    if broken := next(filter(None, map(_fault, sounds)), ""):
        return no_value(spec, evidence, broken)
    measured = [_finite(measure(sound)) for sound in sounds]
    values = tuple(float(m.value) for m in measured if m.value is not None)
    lost = [m.text for m in measured if m.value is None]
    if len(lost) >= len(values):
        return no_value(spec, evidence, _joined(lost))
    notes = [m.text for m in measured if m.value is not None]
    if lost:
        notes.append(f"{len(lost)} of {len(measured)} utterances without a value: {_joined(lost)}")
    squares = statistics.fmean(m.error**2 for m in measured if m.value is not None)
    error = math.sqrt(squares) * error_of_median(len(values))
    reading = _reading(spec, evidence, statistics.median(values), values, _joined(notes))
    return replace(reading, error=error) if error else reading


def shorter(sound: Sound, least_s: float) -> str:
    """Why a sound gives no value, where it is shorter than so many seconds; else ''."""
    return f"shorter than {least_s:g} s" if sound.samples.size < least_s * sound.rate else ""


def against_golden(
    spec: MetricSpec, evidence: Evidence, measure: Callable[[Sound, Sound], Measured]
) -> Reading:
    """The reading of `measure(utterance, golden)` over the scored utterances, pooled in the same way.

    An utterance that is the golden reads `spec.identical`, where it has that, and is noted as identical.
    """
    if evidence.golden is None:
        return no_value(spec, evidence, "no golden recording")
    golden = evidence.sounds.of(evidence.golden)
    if broken := _fault(golden):
        return no_value(spec, evidence, f"golden: {broken}")

    def compared(sound: Sound) -> Measured:
        if sound is golden and spec.identical is not None:
            return Measured(spec.identical, "identical")
        return measure(sound, golden)

    return over_utterances(spec, evidence, compared)


def over_replicates(spec: MetricSpec, evidence: Evidence, values: Sequence[float], note: str = "") -> Reading:
    """The reading of one positive value a replicate: `value` is their geometric mean.

    Ratios are judged in logarithms (docs/method.md), where the geometric mean is the plain mean.
    """
    if not values:
        return no_value(spec, evidence, "no calls")
    if min(values) <= 0:
        return no_value(spec, evidence, f"not positive: {min(values):g} {spec.unit}")
    return _reading(spec, evidence, statistics.geometric_mean(values), tuple(map(float, values)), note)


def over_operators(spec: MetricSpec, evidence: Evidence) -> Reading:
    """The sum over all operators of the counter of `Work` that the metric is named for; 0 is a value.

    It is counted once a run, for it is the same in every process. The note names the operators that have
    most of it.
    """
    counted = [calls.work for calls in evidence.calls if calls.work is not None]
    if not counted:
        return no_value(spec, evidence, "no call was counted")
    work = counted[0]
    shares: dict[str, int] = getattr(work, spec.name)
    if work.reason is not None and not shares:
        return no_value(spec, evidence, work.reason)
    total = float(sum(shares.values()))
    most = sorted(shares, key=lambda name: (-shares[name], name))[:_OPERATORS_NAMED]
    note = ", ".join(f"{name} {units.value(shares[name], spec.unit)}" for name in most)
    return _reading(spec, evidence, total, (total,), note)


@feature
def _fault(sound: Sound) -> str:
    """Why no metric may read this sound, looked for once; empty where each may."""
    return fault(sound.samples)


def no_value(spec: MetricSpec, evidence: Evidence, reason: str) -> Reading:
    """The reading of a metric that could not be measured, and why."""
    return Reading(metric=spec.name, case=_case(evidence), value=None, reason=reason)


def _reading(
    spec: MetricSpec, evidence: Evidence, value: float, values: tuple[float, ...], note: str
) -> Reading:
    return Reading(metric=spec.name, case=_case(evidence), value=value, values=values, note=note)


def _case(evidence: Evidence) -> str | None:
    return evidence.case.id if evidence.case else None


def _finite(measured: Measured) -> Measured:
    if measured.value is None or math.isfinite(measured.value):
        return measured
    return Measured(None, f"the result is {measured.value}")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
