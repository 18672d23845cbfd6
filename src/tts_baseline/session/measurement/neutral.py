"""Which case says the words of a styled one without its style."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.records import Case

_NEUTRAL = (None, "neutral")


def neutrals(cases: Sequence[Case]) -> dict[str, str]:
    """The case that is the neutral reading of each one with a style or a pace, by their ids.

    It has the same words and region, and neither a style nor a pace, in its text or beside it.
    """
    told = {case.id: _words_and_style(case) for case in cases}
    plain: dict[tuple[str, str], str] = {}
    for case in cases:
        words, is_styled = told[case.id]
        if not is_styled:
            plain.setdefault((words, case.region), case.id)
    return {
        case.id: plain[told[case.id][0], case.region]
        for case in cases
        if told[case.id][1] and (told[case.id][0], case.region) in plain
    }


def _words_and_style(case: Case) -> tuple[str, bool]:
    """The text without its tags, and whether any of it has a style or a pace."""
    from tts_baseline.pipelines.f5_spanish.text.controls import parse

    segments = parse(case.text, style=case.style)
    words = " ".join(" ".join(segment.text for segment in segments).split())
    is_paced = case.speed != 1.0 or any(segment.speed != 1.0 for segment in segments)
    return words, is_paced or any(segment.style not in _NEUTRAL for segment in segments)
