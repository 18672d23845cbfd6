"""Two sequences of words by how they sound: what is another word, what is only spelled otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tts_baseline.core.errors import MissingExtra
from tts_baseline.metrics.phonemes import joined, phonemes


class OtherWords(NamedTuple):
    """Words of one sequence, from `start` to `stop`, that the other has otherwise, at `other_start` on."""

    words: tuple[str, ...]
    others: tuple[str, ...]
    start: int
    other_start: int

    @property
    def size(self) -> int:
        """How many words were changed, lost or added."""
        return max(len(self.words), len(self.others))

    def __str__(self) -> str:
        """As a person would say it: '«gato» for «pato»', 'no «de»', '«tres» besides'."""
        words, others = " ".join(self.words), " ".join(self.others)
        if not others:
            return f"no «{words}»"
        return f"«{others}» for «{words}»" if words else f"«{others}» besides"


def changes(words: Sequence[str], others: Sequence[str], region: str = "neutral") -> tuple[OtherWords, ...]:
    """Where `others` are not the words, in order, by the least edit between how they sound in a region.

    Homophones are one word (vaca and baca; casa and caza where both are said with s), and so are words that
    are only divided otherwise (a ver, haber). Raises MissingExtra without jiwer.
    """
    return tuple(change for change in _edits(words, others, region) if not _sound_alike(change, region))


def respelled(words: Sequence[str], others: Sequence[str], region: str = "neutral") -> tuple[str, ...]:
    """The other words, with those that only are spelled otherwise as `words` spells them."""
    spelled: list[str] = []
    at = 0
    for change in changes(words, others, region):
        spelled += (*words[at : change.start], *change.others)
        at = change.start + len(change.words)
    return (*spelled, *words[at:])


def _edits(words: Sequence[str], others: Sequence[str], region: str) -> Iterator[OtherWords]:
    """Runs of words that are not aligned with an equal one."""
    if not words or not others:
        if words or others:
            yield OtherWords(tuple(words), tuple(others), 0, 0)
        return
    try:
        import jiwer
    except ImportError as missing:
        raise MissingExtra("words are compared by jiwer", extra="asr") from missing
    said, heard = (" ".join(_token(word, region) for word in side) for side in (words, others))
    (chunks,) = jiwer.process_words(said, heard).alignments
    at = other = 0
    for chunk in (c for c in chunks if c.type == "equal"):
        if at < chunk.ref_start_idx or other < chunk.hyp_start_idx:
            yield _change(words, others, at, chunk.ref_start_idx, other, chunk.hyp_start_idx)
        at, other = chunk.ref_end_idx, chunk.hyp_end_idx
    if at < len(words) or other < len(others):
        yield _change(words, others, at, len(words), other, len(others))


def _change(
    words: Sequence[str], others: Sequence[str], start: int, stop: int, other_start: int, other_stop: int
) -> OtherWords:
    return OtherWords(tuple(words[start:stop]), tuple(others[other_start:other_stop]), start, other_start)


def _token(word: str, region: str) -> str:
    """How a word sounds; the word itself where it has no sound of Spanish."""
    return phonemes(word, region) or word


def _sound_alike(change: OtherWords, region: str) -> bool:
    """Whether only the division is another: stress is compared where both are one word."""
    one_each = len(change.words) == len(change.others) == 1
    return not one_each and joined(change.words, region) == joined(change.others, region)
