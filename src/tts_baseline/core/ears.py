"""What metrics listen with that is no code of theirs: models that a project names, and its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

# The words of a text as they are said in a region, from what is written: numbers and signs become words.
ReadsOut = Callable[[str, str], str]
SOFTWARE = "ears."  # before their names among the software of an environment
_WORD = re.compile(r"[^\W_]+")


def as_written(text: str, region: str) -> str:
    """The text itself: the reader of whoever has no other."""
    return text


class Ears(Struct, frozen=True, kw_only=True):
    """Models, by the name that metrics need them under (`MetricSpec.needs`), and how a text is read out.

    `reader` is a function of a module, because it goes to the processes that score.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    reader: ReadsOut = as_written

    def has(self, needs: str) -> bool:
        """True where what a metric needs is named here; '' is needed by no metric of plain sound."""
        return not needs or bool(self.models.get(needs))

    def words(self, text: str, region: str) -> tuple[str, ...]:
        """The words of a text as they are said, in lower case and without the marks around them."""
        return tuple(_WORD.findall(self.reader(text, region).lower()))


NO_EARS = Ears()
