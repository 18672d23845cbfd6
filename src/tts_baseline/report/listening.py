"""What to hear, in words: the sentence, the word, the second, and the two recordings."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tts_baseline.core import units
from tts_baseline.core.hearing import Audible, Passage
from tts_baseline.core.records import Case
from tts_baseline.core.verdict import Verdict

_FILES = 3  # sentences whose files are named
_COLUMN = 8
_SHOWN = 3  # places named in a line
_LATER_S = 0.05  # chosen: nobody needs to know of less
WHOLE = "the whole sentence"


def case_of(verdict: Verdict, heard: Mapping[str, Audible]) -> str:
    """The case to hear for a verdict: its own, or the worst that its gate found; '' where there is none."""
    asked = verdict.case or verdict.grounds.case
    if asked:
        return asked if asked in heard and verdict.gate in heard[asked].places else ""
    return next((case for case, sound in heard.items() if verdict.gate in sound.places), "")


def where(verdict: Verdict, heard: Mapping[str, Audible]) -> str:
    """'dos: «tres», 2.60 to 2.77 s'; empty for a verdict that is not about a sound that can be heard."""
    case = case_of(verdict, heard)
    return f"{case}: {places(heard[case].places[verdict.gate])}" if case else ""


def places(found: tuple[Passage, ...]) -> str:
    """'«tres», 2.60 to 2.77 s; …': the places of a sentence, the worst first."""
    if not found:
        return WHOLE
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(map(_place, found[:_SHOWN])) + more


def _place(place: Passage) -> str:
    words = f"{'about ' * place.guessed}{place.words}, " if place.words else ""
    later = abs(place.heard_start_s - place.start_s) >= _LATER_S
    now = f" (now {units.span(place.heard_start_s, place.heard_stop_s)})" if later else ""
    return f"{words}{units.span(place.start_s, place.stop_s)}{now}"


def files(cases: Sequence[Case], heard: Mapping[str, Audible]) -> list[str]:
    """The sentences and their two recordings, at most three, in lines that begin with 'Hear:'."""
    lines = []
    for case in cases[:_FILES]:
        lines.append(f"  {case.id:<{_COLUMN}} {case.text}")
        sound = heard[case.id]
        lines += [
            f"  {'before':<{_COLUMN}} {_path(sound.before)}",
            f"  {'after':<{_COLUMN}} {_path(sound.after)}",
        ]
    if len(cases) > _FILES:
        lines.append(f"  and {len(cases) - _FILES} more: report.html plays them all")
    return ["Hear:", *lines] if lines else []


def _path(path: Path) -> str:
    """The path as it is typed here: from the working directory, where it is in that."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
