"""The decision on one metric of sound: what chance cannot have done is a change, by interval and by case."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from statistics import median
from typing import Any

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.readings import ByMetric
from tts_baseline.core.records import Reading
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import NO_GROUNDS, Cause, Grounds, Status, Verdict
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.quality.pairs import Pair, PairedSample, allowed
from tts_baseline.stats.estimate import ALPHA
from tts_baseline.stats.median import median_interval
from tts_baseline.stats.multiplicity import holm
from tts_baseline.stats.repeats import chance, largest_by_chance, median_beyond

_SURE = 0.001  # chosen: false failures of an unchanged metric; few come near it, so that a suite has 1 %
_MANY = 10**6  # degrees of freedom of a standard error that is known
_BY_CHANCE: tuple[Cause, ...] = ("between", "chance")
_SEVERITY: tuple[Status, ...] = ("improved", "ok", "undecided", "regressed")
Interval = tuple[float, float, float]


def verdicts(
    sample: PairedSample, lost: Sequence[Verdict], cases: Collection[str], readings: ByMetric[Reading]
) -> list[Verdict]:
    """The verdict on the suite of `cases`, if there is one, then those on its cases: the `lost`, the pairs.

    A single case beneath a median fails where it is ruined and the suite is not: else the suite speaks for
    it. Where too few cases have a value, the metric that stands in for it decides, by these `readings`.
    """
    spec = sample.spec
    alone = _alone(sample)
    suite = _suite(sample, alone, cases, readings)
    if suite and spec.decide == "median" and suite.status == "regressed":
        alone = _beneath(sample)
    return [*([suite] if suite else []), *lost, *alone]


def lost(spec: MetricSpec, limit: Limit, case: str, reason: str) -> Verdict:
    """The verdict on a case that has no value any more.

    That of a metric which others stand in for says only that it cannot tell; where the metric compares with a
    golden, only that the two cannot be laid over each other.
    """
    status: Status = "not comparable" if spec.golden else "undecided" if spec.fallback else "invalid"
    return drafted(spec, limit, case, status, cause="no value", grounds=Grounds(message=reason))


def drafted(
    spec: MetricSpec,
    limit: Limit,
    case: str | None,
    status: Status,
    *,
    then: float | None = None,
    now: float | None = None,
    bound: float = 0.0,
    **fields: Any,
) -> Verdict:
    """A verdict of this metric; its limit is `bound`, or what is allowed from `then`."""
    return draft(
        spec,
        case,
        status,
        relative=limit.is_relative,
        baseline=then,
        current=now,
        limit=bound or allowed(limit, then) or limit.relative,
        **fields,
    )


def is_open(verdicts: Iterable[Verdict]) -> bool:
    """True where the verdict on a suite may come in with more repeats: chance alone keeps it open."""
    return any(v.case is None and v.status == "undecided" and v.cause in _BY_CHANCE for v in verdicts)


def broken(readings: ByMetric[Reading]) -> set[str]:
    """The cases of which faults cannot be counted: what else they lack needs no word."""
    faults = [name for name, metric in metrics().items() if metric.spec.counts_faults]
    counted = (item for name in faults for item in readings.get(name, {}).items())
    return {case for case, reading in counted if case and reading.value is None}


def is_missed(spec: MetricSpec, case: str, broken: Collection[str], *, was_measured: bool) -> bool:
    """True where a case without a value has a verdict: it was measured once, or its faults are uncountable.

    `broken` cases have been reported already.
    """
    return spec.counts_faults or (was_measured and (spec.decide == "each" or case not in broken))


def _suite(
    sample: PairedSample,
    alone: Sequence[Verdict],
    cases: Collection[str],
    readings: ByMetric[Reading],
) -> Verdict | None:
    spec, pairs = sample.spec, sample.pairs
    if not cases:
        return None
    if not pairs:
        return _by_class(sample, None, cases, readings) if spec.fallback else None
    if spec.decide == "each":
        return _worst(alone, has_grown=_has_grown(sample))
    verdict = _median(sample, len(cases))
    are_few = len(pairs) < spec.min_valid * len(cases)
    if spec.fallback and are_few and verdict.status != "regressed" and not sample.noise.degrees:
        return _by_class(sample, verdict, cases, readings)
    return verdict


def _median(sample: PairedSample, of: int) -> Verdict:
    """The interval of the median against the limit; where any change is a fault, that of the changes' sizes.

    `regressed` needs all of the interval beyond the limit, and a change that chance makes once in 1000. Where
    repeats say what chance does, the limit is at least the width of that interval.
    """
    spec, limit, pairs = sample.spec, sample.limit, sample.pairs
    then = median(pair.then for pair in pairs)
    worse = sorted(_without_chance(sample))  # once: all that is asked of it sorts it again
    middle, low, high = _interval(sample, worse, ALPHA)
    bound = max(allowed(limit, then), _width(sample))
    status, cause = _side(low, high, bound, sure=_interval(sample, worse, _SURE)[1])
    is_down = spec.better == "higher" or (
        spec.better == "same" and median(pair.difference for pair in pairs) < 0
    )
    change = (-middle, -high, -low) if is_down else (middle, low, high)
    return drafted(
        spec,
        limit,
        None,
        status,
        then=then,
        now=median(pair.now for pair in pairs),
        bound=bound or limit.relative,
        cause=cause,
        grounds=_of_worst(sample, Grounds(valid=len(pairs), of=of), status),
        **dict(zip(("change", "low", "high"), change, strict=True)),
    )


def _of_worst(sample: PairedSample, grounds: Grounds, status: Status) -> Grounds:
    """The grounds of a suite that is not fine, with its worst case and what the metric says of that one."""
    if status in ("ok", "improved"):
        return grounds
    _, worst = max(zip(sample.worsened, sample.pairs, strict=True), key=itemgetter(0))
    return replace(grounds, case=worst.case, note=worst.note) if worst.note else grounds


def _side(low: float, high: float, bound: float, *, sure: float) -> tuple[Status, Cause]:
    """On which side of the bound an interval of changes for the worse lies; `sure` is a surer lower end."""
    if low > bound and sure > 0:
        return "regressed", "median"
    if high < -bound:
        return "improved", "median"
    return ("undecided", "between") if high > bound else ("ok", "median")


def _without_chance(sample: PairedSample) -> list[float]:
    """By how much pairs are worse. Sizes, which do not cancel, have what chance adds to them taken off."""
    if sample.spec.better != "same":
        return sample.worsened
    both = zip(sample.worsened, sample.errors, strict=True)
    return [math.sqrt(max(0.0, worse**2 - error**2)) for worse, error in both]


def _interval(sample: PairedSample, worse: Sequence[float], alpha: float) -> Interval:
    alpha *= sample.part
    if not sample.is_known:
        middle, low, high = median_interval(worse, alpha)
        measured = [pair.measured for pair in sample.pairs]
        _, least, most = median_beyond(worse, measured, _MANY, alpha)
        return middle, min(low, least), max(high, most)
    return median_beyond(worse, sample.errors, sample.noise.degrees, alpha)


def _width(sample: PairedSample) -> float:
    """The width of the interval by what chance usually does: less than that cannot be told."""
    if not sample.is_known:
        return 0.0
    usual = sample.usual
    errors = [sample.error(pair, usual) for pair in sample.pairs]
    _, low, high = median_beyond([0.0] * len(errors), errors, usual.degrees, ALPHA * sample.part)
    return high - low


def _alone(sample: PairedSample) -> list[Verdict]:
    """The verdict of each case: `regressed` where it decides alone, and chance cannot have done it.

    Holm's procedure keeps one error rate for all cases.
    """
    spec = sample.spec
    limits = spec.gross if spec.decide == "median" else 1.0
    bounds = [limits * allowed if limits else math.inf for allowed in sample.allowed]
    degrees = sample.noise.degrees or _MANY
    columns = zip(sample.worsened, bounds, sample.errors, strict=True)
    chances = [chance(worse - bound, error, degrees) for worse, bound, error in columns]
    sure = _SURE if spec.decide == "median" else _SURE / 2  # the other half asks for all cases together
    failed = holm(chances, sure * sample.part)
    return [
        _failed(sample, pair, bound) if fails else beneath
        for pair, bound, fails, beneath in zip(sample.pairs, bounds, failed, _beneath(sample), strict=True)
    ]


def _failed(sample: PairedSample, pair: Pair, bound: float) -> Verdict:
    cause: Cause = "gross" if sample.spec.decide == "median" else ""
    return sample.verdict(pair, "regressed", bound, cause, _noted(pair))


def _beneath(sample: PairedSample) -> list[Verdict]:
    """The verdicts of cases that do not fail alone: beneath a median none."""
    case = _counted if sample.spec.decide == "each" else _uncounted
    columns = zip(sample.pairs, sample.worsened, sample.allowed, strict=True)
    return [case(sample, pair, worse, limit) for pair, worse, limit in columns]


def _uncounted(sample: PairedSample, pair: Pair, worse: float, limit: float) -> Verdict:
    if worse > limit:
        return sample.verdict(pair, "worse", limit, grounds=_noted(pair))
    return sample.verdict(pair, "better" if worse < -limit else "ok", limit)


def _counted(sample: PairedSample, pair: Pair, worse: float, limit: float) -> Verdict:
    """The verdict where every case counts: beyond the bound, chance may be it."""
    bound = max(limit, _by_chance(sample, pair))
    if worse > bound:
        return sample.verdict(pair, "undecided", bound, "chance", _noted(pair))
    return sample.verdict(pair, "improved" if worse < -bound else "ok", bound)


def _by_chance(sample: PairedSample, pair: Pair) -> float:
    """What chance usually adds to some case of all: less than that cannot be told."""
    if not sample.is_known:
        return 0.0
    usual = sample.usual
    error = sample.error(pair, usual)
    return largest_by_chance(error, usual.degrees, len(sample.pairs), ALPHA * sample.part)


def _noted(pair: Pair) -> Grounds:
    return Grounds(note=pair.note) if pair.note else NO_GROUNDS


def _worst(alone: Sequence[Verdict], *, has_grown: bool) -> Verdict:
    """The suite's verdict where every case counts: that of its worst case, or that of all together."""
    worst = max(alone, key=lambda v: (_SEVERITY.index(v.status), v.change or 0.0))
    worse = sum(v.status == "regressed" for v in alone)
    if not worse and not has_grown:
        return replace(worst, case=None)
    count = worse or sum((v.change or 0.0) > 0 for v in alone)
    grounds = replace(worst.grounds, worse=count, of=len(alone), case=worst.case or "")
    return replace(worst, case=None, status="regressed", cause="worst case", grounds=grounds)


def _has_grown(sample: PairedSample) -> bool:
    """True where all cases together are beyond their limits, and chance has not done it."""
    excess = sum(worse - limit for worse, limit in zip(sample.worsened, sample.allowed, strict=True))
    error = math.hypot(*sample.errors)
    return error > 0 and chance(excess, error, sample.noise.degrees) <= _SURE / 2 * sample.part


def _by_class(
    sample: PairedSample, verdict: Verdict | None, cases: Collection[str], readings: ByMetric[Reading]
) -> Verdict:
    """Too few cases have a value: then closeness to the goldens decides, and never more than 'undecided'."""
    spec, golden = sample.spec, sample.spec.fallback or ""
    closeness = {case: reading.value for case, reading in readings.get(golden, {}).items()}
    scored = {case for case, reading in readings.get(spec.name, {}).items() if reading.value is not None}
    different = sum(not metrics()[golden].spec.is_equivalent(closeness.get(case)) for case in cases)
    return replace(
        verdict or drafted(spec, sample.limit, None, "ok"),
        status="undecided" if different else "ok",
        cause="few valid",
        grounds=Grounds(valid=len(scored.intersection(cases)), of=len(cases), different=different),
    )
