"""What a network may be told beside the text: the type of each sentence, the region, and the style.

A checkpoint that learned with them (`prosody` in the recipe of `train run`) has a vector for each name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, get_args

from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.plan import SentenceType

_SHOWN = 12  # chosen: the names of an error fit in a few lines
# chosen: far more than anybody tells apart, and few enough to look for the nearest
_MOST, _LONGEST = 1_000, 100
NEUTRAL = "neutral"
UNTOLD = -1


class Manner(NamedTuple):
    """What is told of a token: the type of its sentence ("": nothing is known of it), region and style."""

    sentence: str
    region: str
    style: str


class Labels(Record, frozen=True, kw_only=True):
    """The names that a network knows, in the order of their vectors."""

    sentence: tuple[str, ...] = get_args(SentenceType)
    region: tuple[str, ...] = (NEUTRAL,)
    style: tuple[str, ...] = (NEUTRAL,)

    def numbers(self, manner: Manner) -> tuple[int, int, int]:
        """The vectors of a manner, by number: neutral for a name that is not known, -1 for no type."""
        sentence, region, style = manner
        return (
            self.sentence.index(sentence) if sentence in self.sentence else UNTOLD,
            self.region.index(region if region in self.region else NEUTRAL),
            self.style.index(style if style in self.style else NEUTRAL),
        )

    def refusal(self, *, region: str, style: str) -> str:
        """Why a region or a style cannot be told, with the names that can; empty where both can."""
        for kind, name, known in (("region", region, self.region), ("style", style, self.style)):
            if name not in known:
                more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
                listed = ", ".join(known[:_SHOWN])
                return f"the checkpoint learned no {kind} {name!r}{nearest(name, known)}, but {listed}{more}"
        return ""

    def widened(self, other: Labels) -> Labels:
        """These names, and behind them those that only the other has."""
        own = self.kinds.items()
        return Labels(**{kind: _united(names, other.kinds[kind]) for kind, names in own})

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """The names of each kind, in the order in which a token's labels stand."""
        return {"sentence": self.sentence, "region": self.region, "style": self.style}

    @property
    def flaw(self) -> str:
        """What is wrong with these names; empty where nothing is."""
        for kind, names in self.kinds.items():
            if kind != "sentence" and NEUTRAL not in names:
                return f"there is no {kind} {NEUTRAL}"
            if len(names) > _MOST:
                return f"there are more than {_MOST} names of a {kind}"
            if len(set(names)) < len(names):
                return f"a {kind} is named twice"
            if any(not name.strip() or len(name) > _LONGEST for name in names):
                return f"the name of a {kind} is empty, or longer than {_LONGEST} characters"
        return ""


def named(regions: Iterable[str], styles: Iterable[str]) -> Labels:
    """The labels of clips of these regions and styles; neutral is always one of them."""
    return Labels(region=_united((NEUTRAL,), sorted(regions)), style=_united((NEUTRAL,), sorted(styles)))


def _united(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *others)))
