"""Which words of a text are read otherwise than before."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from tts_baseline.core.verdict import Rewording

_AROUND = 2  # chosen: words on either side, enough to find the place


def rewordings(before: str, now: str, case: str = "") -> tuple[Rewording, ...]:
    """The changes that make one text of the other, in their order; blanks alone make none.

    A word is what stands between blanks, so that its punctuation and its capitals count.
    """
    then, new = before.split(), now.split()
    matcher = SequenceMatcher(a=then, b=new, autojunk=False)
    return tuple(
        Rewording(
            case,
            " ".join(then[old:old_end]),
            " ".join(new[start:end]),
            left=" ".join(new[max(start - _AROUND, 0) : start]),
            right=" ".join(new[end : end + _AROUND]),
        )
        for kind, old, old_end, start, end in matcher.get_opcodes()
        if kind != "equal"
    )


def words(changes: Sequence[Rewording]) -> int:
    """How many words they change: of words that take the place of others, the more."""
    return sum(max(len(change.before.split()), len(change.now.split())) for change in changes)
