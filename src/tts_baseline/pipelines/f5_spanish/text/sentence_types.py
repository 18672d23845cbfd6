"""What each token of the model's is of: a statement, a question or an exclamation."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence

from tts_baseline.pipelines.f5_spanish.plan import SentencePart, SentenceType
from tts_baseline.pipelines.f5_spanish.text import prosody, tokenizer, words

_BEGINNING = re.compile(r"([?!…]\s+[¿¡«“\"(—-]*)(\w)")


def parts(text: str) -> tuple[SentencePart, ...]:
    """The sentences that a text is of, one after the other; a text without a word is a statement."""
    tokens = words.tokenize(text)
    sentences = prosody.sentences(text, tokens)
    borders = [0, *(tokens[sentence.last].end for sentence in sentences[:-1]), len(text)]
    types = [sentence.type for sentence in sentences] or ["statement"]
    lengths = (end - start for start, end in itertools.pairwise(borders))
    return tuple(SentencePart(type=kind, length=length) for kind, length in zip(types, lengths, strict=True))


def with_capitals(text: str) -> str:
    """The text, as long as it was; where no capital tells its sentences apart, one after each ? ! and …"""
    if text != text.lower():
        return text
    return _BEGINNING.sub(lambda found: found[1] + _capital(found[2]), text)


def _capital(letter: str) -> str:
    capital = letter.upper()
    return capital if len(capital) == 1 else letter


def of_tokens(said: Sequence[SentencePart], text: str, tokens: Sequence[str]) -> list[SentenceType]:
    """The sentence type of each token of a text, which these sentences make up (see `tokenizer.tokenize`)."""
    ends = list(itertools.accumulate(part.length for part in said))
    owners = (bisect.bisect_right(ends, place) for place in tokenizer.places(text, tokens))
    return [said[min(owner, len(said) - 1)].type for owner in owners]


def counted(text: str, form: str, tokens: Sequence[str]) -> tuple[tuple[SentenceType, int], ...]:
    """The types of a text's sentences, each with its tokens; `form` is the text as the model gets it.

    They are told by the text itself: in the model's form no capital says where a sentence begins.
    """
    types = of_tokens(parts(text), form, tokens)
    return tuple((kind, len(list(run))) for kind, run in itertools.groupby(types))
