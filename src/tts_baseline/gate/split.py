"""What is slower, the code or the audio? A changed text makes longer audio, which looks like slower code.

ln(latency) = ln(seconds of audio) + ln(seconds per second of audio). The second changes with the first, for a
call has a fixed part, and attention grows with the square of the length: so a part is named by what of the
latency the pipeline's own law of length explains (stats/length_law), and by the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import sub
from typing import NamedTuple

from tts_baseline.core import units
from tts_baseline.core.verdict import ChangedPart, LatencySplit, MeasuredChange
from tts_baseline.stats.sequential import Standing

_OUT: tuple[Standing, ...] = ("above", "below")
_ROUNDED = 1e-9  # the last digits of means of equal lengths


class Placed(NamedTuple):
    """A change (natural log) with its bounds, and on which side of the limit it is."""

    change: float
    low: float
    high: float
    side: Standing


Measure = Callable[[Sequence[float]], Placed]


class Measures(NamedTuple):
    """How changes are measured, from values of which each is a session's or a restart's."""

    times: Measure
    lengths: Measure


def placed(change: float, low: float, high: float, bound: float) -> Placed:
    """The change, and where all of its interval is: above or below the limit, or within both; else `open`."""
    side: Standing = "open"
    if low > bound:
        side = "above"
    elif high < -bound:
        side = "below"
    elif -bound <= low and high <= bound:
        side = "within"
    return Placed(change, low, high, side)


def split(
    seconds: Sequence[float], audio: Sequence[float], laws: Sequence[Sequence[float]], measured: Measures
) -> LatencySplit:
    """How the change of `seconds` splits, by the `audio` made meanwhile: natural logs, row by row.

    `laws` have what so much audio takes, by each law of length that is possible; the first is the likeliest.
    """
    expected = list(map(measured.lengths, laws))
    code = [measured.times(_difference(seconds, rows)) for rows in laws]
    return LatencySplit(
        audio=_shares([measured.lengths(audio)]),
        pace=_shares([measured.times(_difference(seconds, audio))]),
        expected=_shares(expected),
        code=_shares(code),
        part=part_of(_agreed(expected), _agreed(code), measured.times(seconds).side),
    )


def part_of(audio: Standing, code: Standing, total: Standing) -> ChangedPart:
    """The part that changed by more than the limit; both where only together they do."""
    if audio == code == "within":
        return "both" if total in _OUT else ""
    if "open" in (audio, code):
        return "unclear" if {audio, code, total} & {*_OUT} else ""
    if audio in _OUT and code in _OUT:
        return "both"
    return "audio" if audio in _OUT else "code"


def said(found: LatencySplit, *, blames: bool = True) -> str:
    """'audio +10.2%, seconds per second of it -1.1% [-2.0, -0.1]: the audio is longer, the code …'.

    Empty where neither changed. Without `blames` only the numbers: the code is known to be innocent.
    """
    is_same = max(abs(found.audio.low), abs(found.audio.high)) < _ROUNDED
    why = _SENTENCES[found.part](found) if blames else ""
    if is_same:
        return f"the audio is as long, {why}" if why else "the audio is as long" * (not blames)
    numbers = f"audio {_percent(found.audio)}, seconds per second of it {_percent(found.pace)}"
    return f"{numbers}: {why}" if why else numbers


def _difference(these: Sequence[float], those: Sequence[float]) -> list[float]:
    return list(map(sub, these, those))


def _agreed(sides: Sequence[Placed]) -> Standing:
    """The side on which all are; `open` where they differ."""
    first = sides[0].side
    return first if all(each.side == first for each in sides) else "open"


def _shares(found: Sequence[Placed]) -> MeasuredChange:
    """The first change as a share, within the bounds of all."""
    low, high = min(each.low for each in found), max(each.high for each in found)
    return MeasuredChange(math.expm1(found[0].change), math.expm1(low), math.expm1(high))


def _percent(change: MeasuredChange) -> str:
    bounds = "" if change.low == change.high else units.interval(change.low, change.high, "1", relative=True)
    return f"{units.change(change.change, '1', relative=True)} {bounds}".rstrip()


def _longer(found: LatencySplit) -> str:
    return "longer" if found.audio.change > 0 else "shorter"


def _slower(found: LatencySplit) -> str:
    return "slower" if found.code.change > 0 else "faster"


def _both(found: LatencySplit) -> str:
    which = f"the audio is {_longer(found)} and the code {_slower(found)}"
    if found.audio.change * found.code.change < 0:
        return f"{which}, or the audio is cut after it was made: listen to it"
    return which


def _unclear(found: LatencySplit) -> str:
    return f"how much of it is the code is not known ({_percent(found.code)} besides)"


_SENTENCES: dict[ChangedPart, Callable[[LatencySplit], str]] = {
    "": lambda _: "",
    "audio": lambda s: f"the audio is {_longer(s)}, the code as fast as it was",
    "code": lambda s: f"the code is {_slower(s)}",
    "both": _both,
    "unclear": _unclear,
}
