"""Which words of a text are read otherwise than before."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from tts_baseline.core.excerpts import excerpt
from tts_baseline.core.verdict import Rewording

_AROUND = 2  # chosen: words on either side, enough to find the place
_SHOWN = 8  # chosen: what a screen has room for beside its table; verdicts.json has all
_LONGEST = 200  # chosen: characters of a change, two lines of a screen


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


def shown(changes: Sequence[Rewording], *, named: bool) -> str:
    """'las [-10-]{+diez+} de': what was read in [-…-], what is read now in {+…+}, as in git's word diff.

    Of many the first eight; `named` puts each case before its own.
    """
    by_case: dict[str, list[str]] = {}
    for change in changes[:_SHOWN]:
        by_case.setdefault(change.case, []).append(_marked(change))
    lines = (f"{f'{case} ' if named else ''}{' … '.join(own)}" for case, own in by_case.items())
    more = len(changes) - _SHOWN
    return ", ".join(lines) + (f" and {more} more" if more > 0 else "")


def _marked(change: Rewording) -> str:
    before = f"[-{_clipped(change.before)}-]" if change.before else ""
    now = f"{{+{_clipped(change.now)}+}}" if change.now else ""
    return " ".join(filter(None, (change.left, before + now, change.right)))


def _clipped(words: str) -> str:
    return excerpt(words, head=_LONGEST // 2, tail=_LONGEST // 2)
