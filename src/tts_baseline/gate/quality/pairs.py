"""What a metric of sound is decided by: pairs of scores, then and now, and what chance does to them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.bounds import SMALLEST_RATIO
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading, Score
from tts_baseline.core.verdict import NO_GROUNDS, Cause, Grounds, Status, Verdict
from tts_baseline.gate.drafts import blank
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.repeats import Repeatability, error_of_difference, error_of_median, repeatability

ENOUGH = 8  # chosen: Student's t of so many degrees is within 18 % of the normal one


class Pair(Struct, frozen=True):
    """One case's score then and now, and their difference (a share of `then` where the limit is one).

    `repeats` differ by chance alone, in the terms of the difference, whose standard error is `spread` times
    the deviation of a repeat; `note` is what the metric says of the utterances now. `measured` is the
    standard error by what the scores were measured from.
    """

    case: str
    then: float
    now: float
    difference: float
    repeats: tuple[float, ...]
    spread: float
    note: str
    measured: float = 0.0


class PairedSample(Struct, frozen=True, kw_only=True, dict=True):
    """One metric with its pairs; what chance does to a repeat; this look's part of the error rates.

    `noise` is what all repeats say, `usual` what those say that widen the limit: the accepted ones, where
    they are enough.
    """

    spec: MetricSpec
    limit: Limit
    pairs: tuple[Pair, ...]
    noise: Repeatability
    usual: Repeatability
    part: float

    @property
    def is_known(self) -> bool:
        """True where the repeats are enough to say what chance does."""
        return self.noise.degrees >= ENOUGH

    @cached_property
    def worsened(self) -> list[float]:
        """By how much each pair is for the worse."""
        return [self.worse(pair.difference) for pair in self.pairs]

    @cached_property
    def allowed(self) -> list[float]:
        """The limit of each pair, in the terms of its difference."""
        return [allowed(self.limit, pair.then) for pair in self.pairs]

    @cached_property
    def errors(self) -> list[float]:
        """The standard error of each pair's difference, by what all repeats say of chance."""
        return [self.error(pair) for pair in self.pairs]

    def worse(self, difference: float) -> float:
        """By how much a difference is for the worse."""
        if self.spec.better == "same":
            return abs(difference)
        return difference if self.spec.better == "lower" else -difference

    def error(self, pair: Pair, noise: Repeatability | None = None) -> float:
        """The standard error of a pair's difference, by what all repeats say of chance, or by this `noise`.

        Where utterances differ, counts of faults spread at least as Poisson's do: by how many there are. What
        measuring itself adds, repeats have too.
        """
        deviation = (noise or self.noise).deviation
        if self.noise.degrees and self.spec.unit == "faults":
            deviation = max(deviation, math.sqrt(max(0.0, pair.then + pair.now) / 2))
        return max(pair.spread * deviation, pair.measured)

    def verdict(
        self, pair: Pair, status: Status, bound: float, cause: Cause = "", grounds: Grounds = NO_GROUNDS
    ) -> Verdict:
        """The verdict on a pair whose limit is `bound`."""
        return replace(
            self._blank,
            case=pair.case,
            status=status,
            baseline=pair.then,
            current=pair.now,
            change=pair.difference,
            limit=bound or self.limit.relative,
            cause=cause,
            grounds=grounds,
        )

    @cached_property
    def _blank(self) -> Verdict:
        return blank(self.spec, relative=self.limit.is_relative)


def sampled(
    spec: MetricSpec,
    limit: Limit,
    pairs: Sequence[Pair],
    *,
    accepted: Iterable[Score] = (),
    part: float,
) -> PairedSample:
    """The sample of these pairs; `accepted` are all scores that say what chance did when accepted."""
    then = [_terms(spec, limit, score.value, score.values) for score in accepted if len(score.values) > 1]
    noise = repeatability([*then, *(pair.repeats for pair in pairs)])
    usual = repeatability(then)
    return PairedSample(
        spec=spec,
        limit=limit,
        pairs=tuple(pairs),
        noise=noise,
        usual=usual if usual.degrees >= ENOUGH else noise,
        part=part,
    )


def apart(
    spec: MetricSpec, limit: Limit, case: str, then: Score, reading: Reading, *, is_single: bool
) -> Pair:
    """The pair of an accepted score and a reading, whose utterances have nothing to do with each other.

    `is_single` tells that an accepted score without values is of one utterance; else they are taken to be as
    many as now.
    """
    before, now = _capped(spec, (then.value or 0.0, reading.value or 0.0))
    scale = _scale(limit, before)
    heard = len(reading.values) or 1
    accepted = len(then.values) or (1 if is_single else heard)
    return Pair(
        case,
        before,
        now,
        (now - before) / scale,
        _terms(spec, limit, then.value, reading.values) if heard > 1 else (),
        error_of_difference(accepted, heard),
        reading.note,
        _measured(reading, before, now) / scale,
    )


def side_by_side(spec: MetricSpec, limit: Limit, base: Reading, head: Reading) -> Pair:
    """The pair of two readings whose values are pairs themselves, each of the same restart and seed."""
    before, now = _capped(spec, (base.value or 0.0, head.value or 0.0))
    scale = _scale(limit, before)
    ours, theirs = _capped(spec, head.values or (now,)), _capped(spec, base.values or (before,))
    differences = tuple((new - old) / scale for new, old in zip(ours, theirs, strict=True))
    return Pair(
        head.case or "",
        before,
        now,
        median(differences),
        differences,
        error_of_median(len(differences)),
        head.note,
        _measured(head, before, now) / scale,
    )


def _measured(reading: Reading, before: float, now: float) -> float:
    """The standard error of a difference; the score before is taken to be as certain as the one now."""
    return math.sqrt(2) * reading.error if before != now else 0.0


def allowed(limit: Limit, then: float | None) -> float:
    """The limit in the terms of a difference from `then`: a share of it, or an amount."""
    is_share = limit.is_relative and then is not None and abs(then) > SMALLEST_RATIO
    return limit.share_of(abs(then or 0.0)) if is_share else limit.absolute


def _terms(spec: MetricSpec, limit: Limit, then: float | None, values: Iterable[float]) -> tuple[float, ...]:
    (before,) = _capped(spec, (then or 0.0,))
    scale = _scale(limit, before)
    return tuple([value / scale for value in _capped(spec, values)])


def _scale(limit: Limit, then: float) -> float:
    return abs(then) if limit.is_relative and abs(then) > SMALLEST_RATIO else 1.0


def _capped(spec: MetricSpec, values: Iterable[float]) -> tuple[float, ...]:
    return tuple(values if spec.cap is None else [min(value, spec.cap) for value in values])
