"""The dialect passport: what a region asks for, by feature and with its source, and what was heard of it."""

from __future__ import annotations

import functools
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from tts_baseline.core import bounds, toml
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.metrics.prosody import contours
from tts_baseline.metrics.regions.tokens import UNMEASURED, RegionalToken, tally
from tts_baseline.stats import proportion
from tts_baseline.stats.median import LEAST_FOR_INTERVAL

_TABLE = Path(__file__).with_suffix(".toml")
_DRAWS, _LEVEL = 2_000, 0.95
_REINSTALL = "pip install --force-reinstall pytest-tts-baseline"

# The tokens of each case, by probe.
TokensByCase = Mapping[str, Mapping[str, Sequence[RegionalToken]]]


class Custom(Record, frozen=True, kw_only=True):
    """What is usual, allowed and forbidden of a feature in a region; passport.toml explains each key."""

    region: str
    probe: str
    place: str = ""
    usual: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    counted: tuple[bounds.Natural, bounds.Natural] | None = None
    source: str
    checked: Literal["read", "excerpt", "known"]

    def takes(self, token: RegionalToken) -> bool:
        """True for a token that stands where this is said of."""
        return not self.place or token.place == self.place


class KindShare(Record, frozen=True, kw_only=True):
    """k of n tokens of these classes, with the 95 % interval of their share (exact); none without tokens."""

    kinds: tuple[str, ...]
    k: bounds.Natural
    n: bounds.Natural
    low: bounds.Part | None = None
    high: bounds.Part | None = None


class Observed(Record, frozen=True, kw_only=True):
    """A custom and what was measured of it: how many tokens of how many that the texts ask for, and what.

    `median` is that of the values, with its 95 % interval where there are six or more.
    """

    custom: Custom
    unit: str
    measured: bounds.Natural
    asked: bounds.Natural
    usual: KindShare
    forbidden: KindShare
    median: bounds.Number | None = None
    low: bounds.Number | None = None
    high: bounds.Number | None = None

    @property
    def verdict(self) -> str:
        """What the share of the usual ones says beside people's, or how many are forbidden; warns only."""
        if not self.measured:
            return "not measured"
        if self.custom.counted and self.usual.low is not None and self.usual.high is not None:
            low, high = proportion.bounds(*self.custom.counted)
            if self.usual.high < low:
                return "rarer than people's"
            return "more often than people's" if self.usual.low > high else "as people's"
        if self.custom.forbidden:
            return f"{self.forbidden.k} forbidden" if self.forbidden.k else "none forbidden"
        return "reported"


class AccentScore(Record, frozen=True, kw_only=True):
    """The mean, over features, of the share of usual tokens, or its gain; interval; of how many features."""

    value: bounds.Number
    low: bounds.Number | None
    high: bounds.Number | None
    features: bounds.Natural


class Passport(Record, frozen=True, kw_only=True):
    """What a run's cases of a region are, beside what the region asks for.

    `heard` of `cases` had a sound that could be followed; `unheard` says why others had none. `words` of the
    texts speak for the region, `foreign` ones for another.
    """

    region: str
    run: str
    pipeline: str
    variant: str
    cases: bounds.Natural
    heard: bounds.Natural
    unheard: tuple[str, ...]
    rows: tuple[Observed, ...]
    words: tuple[str, ...]
    foreign: tuple[str, ...]
    score: AccentScore | None


@functools.cache
def customs(region: str) -> tuple[Custom, ...]:
    """What is said of a region: the rows of passport.toml, and how its sentences end (contours.toml)."""
    rows = [row for row in _rows() if row.region == region]
    told = {(row.probe, row.place) for row in rows}
    endings = [_ending(row, region) for row in contours.rows_of(region)]
    return (*rows, *(each for each in endings if (each.probe, each.place) not in told))


def known_regions() -> tuple[str, ...]:
    """The regions of which anything is said, by name."""
    return tuple(sorted({row.region for row in _rows()} | {row.region for row in contours.rows()}))


@functools.cache
def _rows() -> tuple[Custom, ...]:
    given = toml.load(_TABLE, SettingsError, _REINSTALL)
    return msgspec.convert(given["row"], tuple[Custom, ...])


def observed(custom: Custom, unit: str, tokens: Sequence[RegionalToken]) -> Observed:
    """What tokens of a custom's probe add up to."""
    own = [token for token in tokens if custom.takes(token)]
    told = tally(own)
    kinds = [token.kind for token in own if token.kind != UNMEASURED]
    return Observed(
        custom=custom,
        unit=unit,
        measured=told.measured,
        asked=told.asked,
        usual=_counted(custom.usual, kinds),
        forbidden=_counted(custom.forbidden, kinds),
        median=told.median,
        low=told.low,
        high=told.high,
    )


def accent_score(customs: Sequence[Custom], heard: TokensByCase) -> AccentScore | None:
    """How much of what was measured is what the region is known by, from 0 to 1; None where nothing is.

    Each feature that has a usual class and a token counts alike. The interval is of 2,000 draws of the cases
    (bootstrap, percentiles); None with fewer than six cases that have a token.
    """
    whole = _mean_share(customs, [*heard.values()])
    if whole is None:
        return None
    spoken = [case for case in heard if _mean_share(customs, [heard[case]]) is not None]

    def score(cases: Sequence[str]) -> float | None:
        found = _mean_share(customs, [heard[case] for case in cases])
        return found[0] if found else None

    low, high = _interval(spoken, score)
    return AccentScore(value=whole[0], low=low, high=high, features=whole[1])


def accent_gain(customs: Sequence[Custom], before: TokensByCase, now: TokensByCase) -> AccentScore | None:
    """By how much the score has grown since, as a share of it: 0.2 for 20 % more; None where neither says.

    Of the cases that both have, which are drawn together for the interval, as `accent_score` does.
    """
    both = [
        case
        for case in now
        if case in before and all(_mean_share(customs, [each[case]]) is not None for each in (before, now))
    ]

    def gain(cases: Sequence[str]) -> float | None:
        then, this = (_mean_share(customs, [each[case] for case in cases]) for each in (before, now))
        return this[0] / then[0] - 1 if then and this and then[0] else None

    whole = gain(both)
    if whole is None:
        return None
    low, high = _interval(both, gain)
    shared = _mean_share(customs, [now[case] for case in both])
    return AccentScore(value=whole, low=low, high=high, features=shared[1] if shared else 0)


def _interval(
    cases: Sequence[str], value: Callable[[Sequence[str]], float | None]
) -> tuple[float | None, float | None]:
    """The middle 95 % of a value over draws of the cases; None with fewer than six."""
    if len(cases) < LEAST_FOR_INTERVAL:
        return None, None
    dice = random.Random(0)  # always the same draws: a score is reproducible
    drawn = [value(dice.choices(cases, k=len(cases))) for _ in range(_DRAWS)]
    known = sorted(each for each in drawn if each is not None)
    edge = int((1 - _LEVEL) / 2 * len(known))
    return known[edge], known[-1 - edge]


def _mean_share(
    customs: Sequence[Custom], cases: Sequence[Mapping[str, Sequence[RegionalToken]]]
) -> tuple[float, int] | None:
    """The mean over features of the share of usual tokens in these cases, and of how many features."""
    shares = []
    for custom in customs:
        kinds = [t.kind for case in cases for t in case.get(custom.probe, ()) if custom.takes(t)]
        kinds = [kind for kind in kinds if kind != UNMEASURED]
        if custom.usual and kinds:
            shares.append(sum(kind in custom.usual for kind in kinds) / len(kinds))
    return (statistics.fmean(shares), len(shares)) if shares else None


def _counted(wanted: tuple[str, ...], kinds: Sequence[str]) -> KindShare:
    k, n = sum(kind in wanted for kind in kinds), len(kinds)
    low, high = proportion.bounds(k, n) if n and wanted else (None, None)
    return KindShare(kinds=wanted, k=k, n=n, low=low, high=high)


def _ending(row: contours.ContourRow, region: str) -> Custom:
    """How sentences of a kind end, as a custom: what is accepted is allowed, all else is forbidden."""
    others = tuple(tone for tone in contours.TONES if tone not in row.accepts)
    return Custom(
        region=region, probe="finals", place=row.asks.replace("_", " "), allowed=row.accepts,
        forbidden=others, source=row.source, checked=row.checked,
    )  # fmt: skip
