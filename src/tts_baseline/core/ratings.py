"""What listeners said of sounds: scores (MOS), comparisons (CMOS) and preferences (A/B), each a record."""

from __future__ import annotations

from typing import Literal

from tts_baseline.core import bounds
from tts_baseline.core.records import Record

RatingKind = Literal["mos", "cmos", "ab"]
GOLDEN = "golden"
# ITU-T P.800: categories of 1 to 5 (annex B), comparisons of -3 to 3 (annex E). A preference is 1 for the
# sound, 0 for the other, 0.5 for neither.
SCALES: dict[RatingKind, tuple[float, float]] = {"mos": (1, 5), "cmos": (-3, 3), "ab": (0, 1)}


class Rating(Record, frozen=True, kw_only=True):
    """What one listener said of a case: of one `sound`, or of it `against` another.

    A sound is a run's id, or "golden". A score of a comparison is how much better `sound` is.
    """

    listener: bounds.Text
    case: bounds.Name
    kind: RatingKind
    sound: bounds.Text
    against: str = ""
    score: bounds.Number

    @property
    def fault(self) -> str:
        """What is wrong with it, by its kind; empty for nothing."""
        low, high = SCALES[self.kind]
        if not low <= self.score <= high:
            return f"a score of {self.kind} is {low:g} to {high:g}, not {self.score:g}"
        if self.kind == "mos" and self.against:
            return "a score of mos is of one sound: against is empty"
        if self.kind != "mos" and self.against in ("", self.sound):
            return f"a score of {self.kind} is against another sound, such as {GOLDEN}"
        return ""
