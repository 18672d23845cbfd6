"""Answers that were not made for their text: one sound for all texts, and sounds that were kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from tts_baseline.core.records import Case
from tts_baseline.core.units import seconds
from tts_baseline.measure.protocol import Spoken

_TEXTS = 3  # chosen: two texts may differ in nothing that is spoken ("1" and "uno")
_QUICKEST_RTF = 0.005  # chosen: half of what espeak-ng takes; an answer that is looked up takes less
_QUICKER = 20.0  # chosen: texts of the same characters take about the same time


def one_for_all(cases: Sequence[Case], sounds: Mapping[str, str]) -> str:
    """Why no text was spoken, because three or more have one sound; '' otherwise.

    `sounds` are hashes by case. Texts that differ in their signs and capitals alone are one.
    """
    texts = {_letters(case.text) for case in cases if case.id in sounds}
    if len(texts) < _TEXTS or len(set(sounds.values())) > 1:
        return ""
    return f"all {len(texts)} texts have the same sound, sample by sample"


def kept(text: str, timed: Sequence[Spoken], say: Callable[[str], float | None]) -> str:
    """Why calls were not timed, because their sound was kept from the first; '' otherwise.

    Only calls that are suspiciously quick are looked into: `say` takes the seconds of another text, here two
    of the same words or letters in another order, or gives None.
    """
    again = median(spoken.wall_s for spoken in timed)
    longest = min(spoken.samples / spoken.sample_rate for spoken in timed)
    if again >= _QUICKEST_RTF * longest:
        return ""
    least = float("inf")
    for other in _others(text):
        took = say(other)
        if took is None or took < _QUICKER * again:
            return ""
        least = min(least, took)
    return (
        f"a text that was said before takes {seconds(again)}, another as long {seconds(least)}: "
        "its sound is kept, and making it was never timed"
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _others(text: str) -> tuple[str, ...]:
    """Two texts of the same words in another order, of the same letters where there are too few words."""
    words = text.split()
    if len(words) > 2:
        return tuple(" ".join(words[by:] + words[:by]) for by in (1, 2))
    return text[1:] + text[:1], text[::-1]
