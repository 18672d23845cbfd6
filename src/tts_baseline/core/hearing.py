"""Where in a sentence a fault is heard, and the two recordings to hear it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from tts_baseline.core.records import Record

_TOUCHING_S = 0.03  # chosen: three frames, in which nothing can be said


class Passage(Record, frozen=True):
    """Seconds in the golden and in the utterance between which a fault is heard.

    `words` names what is said there: '«tres»', 'between «y» and «tres»'; empty where that is not known. They
    are `guessed` where nothing aligned the text with the golden.
    """

    start_s: float
    stop_s: float
    heard_start_s: float
    heard_stop_s: float
    words: str = ""
    guessed: bool = False


def merged(places: Iterable[Passage]) -> list[Passage]:
    """The places in their order; those that touch in both sounds, such as a word for a word, as one."""
    joined: list[Passage] = []
    for place in sorted(places, key=lambda place: (place.start_s, place.heard_start_s)):
        last = joined[-1] if joined else None
        if (
            last
            and place.start_s <= last.stop_s + _TOUCHING_S
            and place.heard_start_s <= last.heard_stop_s + _TOUCHING_S
        ):
            stops = max(last.stop_s, place.stop_s), max(last.heard_stop_s, place.heard_stop_s)
            joined[-1] = Passage(last.start_s, stops[0], last.heard_start_s, stops[1])
        else:
            joined.append(place)
    return joined


class Audible(Struct, frozen=True, kw_only=True):
    """A case whose sound is not fine: its golden, this run's recording, and by gate the places, worst first.

    A gate without a place hears its fault in the whole sentence.
    """

    before: Path
    after: Path
    places: dict[str, tuple[Passage, ...]]


NOTHING: Mapping[str, Audible] = MappingProxyType({})
