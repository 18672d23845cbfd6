"""The contours that a sentence may end with, by what it asks and by region, and how far a movement is off."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from tts_baseline.core import toml
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.core.script import Asking

FinalTone = Literal["L%", "M%", "LH%", "HH%", "HL%"]
TONES: tuple[FinalTone, ...] = get_args(FinalTone)
_TABLE = Path(__file__).with_suffix(".toml")

FALL_ST, RISE_ST, HIGH_RISE_ST, CIRCUMFLEX_ST = 2.0, 2.0, 4.0, 3.0


class ContourRow(Record, frozen=True, kw_only=True):
    """What sentences of a kind may end with in a region, who says so, and whether that was read."""

    asks: Asking
    region: str
    accepts: tuple[FinalTone, ...]
    source: str
    checked: Literal["read", "known"]


class Movement(NamedTuple):
    """How far the highest pitch and the end are above where the last stressed vowel begins, in semitones."""

    peak_st: float
    end_st: float

    @property
    def tone(self) -> FinalTone:
        """The class of the movement."""
        if min(self.peak_st, self.peak_st - self.end_st) >= CIRCUMFLEX_ST:
            return "HL%"
        if self.end_st <= -FALL_ST:
            return "L%"
        if self.end_st < RISE_ST:
            return "M%"
        return "LH%" if self.end_st < HIGH_RISE_ST else "HH%"

    def misses(self, tone: FinalTone) -> float:
        """By how many semitones the movement is no such tone; 0 where it is one."""
        end, peak = self.end_st, self.peak_st
        by = {
            "L%": (end + FALL_ST,),
            "M%": (abs(end) - FALL_ST,),
            "LH%": (RISE_ST - end, end - HIGH_RISE_ST),
            "HH%": (HIGH_RISE_ST - end,),
            "HL%": (CIRCUMFLEX_ST - peak, CIRCUMFLEX_ST - (peak - end)),
        }
        return max(0.0, *by[tone])


@functools.cache
def rows() -> tuple[ContourRow, ...]:
    """The table of accepted contours."""
    given = toml.load(_TABLE, SettingsError, "pip install --force-reinstall pytest-tts-baseline")
    return msgspec.convert(given["row"], tuple[ContourRow, ...])


def rows_of(region: str) -> tuple[ContourRow, ...]:
    """The row that counts for each kind of sentence in a region: its own, else that of neutral."""
    known = {(row.asks, row.region): row for row in rows()}
    kinds = dict.fromkeys(row.asks for row in rows())
    found = (known.get((asks, region)) or known.get((asks, "neutral")) for asks in kinds)
    return tuple(row for row in found if row)


def accepted(asks: Asking, region: str) -> tuple[FinalTone, ...]:
    """What a sentence of this kind may end with in this region; nothing where it is not judged."""
    return next((row.accepts for row in rows_of(region) if row.asks == asks), ())
