"""Intonation from punctuation and spelling: sentences and their types, tone units, emphasis.

Pure functions of the tokens. They plan what a reader would do, which the model may not do. Punctuation
follows RAE, Ortografía (2010), III: a lower-case word after ? ! or … continues the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tts_baseline.pipelines.f5_spanish.plan import Contour, Phrase, Sentence, SentenceType, Span, Token
from tts_baseline.pipelines.f5_spanish.text.questions import asks_wh, marks_of, offers, reported, word_from
from tts_baseline.pipelines.f5_spanish.text.words import side, word_set

_SHORTEST_SURNAME = 2  # chosen: NO and YA are no surnames
_ENDS = frozenset(".!?…")
_COMMAS = frozenset(",;:")
_DASHES = frozenset("-‐‑‒–—―")

# Acronyms that look like words. Most others are spelled out by the normalization, and capitals that cannot be
# a Spanish word (PBI, FMI) are never emphasis.
_ACRONYMS = word_set(
    """AFIP ANSES AVE CABA CEO CIA DEA DELE DIAN DLE DNI EE FIFA ICE INE ISO IVA LED NASA OEA ONG ONU OTAN
    OVNI PAMI PAN PIN RAE RENFE SOS SAT SENA SIDA UBA UE UEFA UNESCO UNICEF URL USA UU"""
)
_ROMAN = re.compile(r"C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VOWEL = "[AEIOUÁÉÍÓÚÜY]"
_POSSIBLE_WORD = re.compile(
    rf"(?=(?:[BCDFGKPT]R|[BCFGKP]L|CH|LL|QU|[BCDFGHJKLMNÑPRSTVWXYZ])?{_VOWEL}).*{_VOWEL}[DJLNRSXZ]?"
)


def sentences(
    text: str, tokens: Sequence[Token], whole: Collection[int] = frozenset()
) -> tuple[Sentence, ...]:
    """The sentences of a text with their types; they cover all tokens, and there are none without a word.

    A blank line also ends a sentence. Marks after the last word belong to the last sentence. No sentence
    ends after a token in `whole`, which would divide a span.
    """
    words = [index for index, token in enumerate(tokens) if token.kind == "word"]
    if not words:
        return ()
    ends = [end for end in _sentence_ends(text, tokens) if end < words[-1] and end not in whole]
    firsts = [0, *(end + 1 for end in ends)]
    lasts = [*ends, len(tokens) - 1]
    return tuple(
        Sentence(first=first, last=last, type=_type(tokens, first, last))
        for first, last in zip(firsts, lasts, strict=True)
    )


def phrases(
    text: str, tokens: Sequence[Token], parsed: Sequence[Sentence], whole: Collection[int] = frozenset()
) -> tuple[Phrase, ...]:
    """The tone units of the `parsed` sentences: the parts between commas, colons, dashes and brackets.

    No unit ends after a token in `whole`, which would divide a span.

    A sentence's last unit rises in a yes/no question, is suspended before an ellipsis, and falls otherwise.
    Earlier units are suspended, unless they are questions or exclamations themselves. The nucleus is the last
    stressed word, or the last word if none is stressed.
    """
    units = []
    for sentence in parsed:
        first = sentence.first
        for last in [*_cuts(text, tokens, sentence, whole), sentence.last]:
            contour = _contour(tokens, first, last, sentence)
            units.append(
                Phrase(first=first, last=last, contour=contour, nucleus=_nucleus(tokens, first, last))
            )
            first = last + 1
    return tuple(units)


def capitals(tokens: Sequence[Token], spans: Sequence[Span] = ()) -> frozenset[int]:
    """The words that capitals emphasize: two capitals or more, in a text mostly without such words.

    Acronyms, roman numerals, words that cannot be Spanish, and those of spans are not emphasized.
    """
    read = {index for span in spans for index in range(span.first, span.last + 1)}
    words = [(i, token.text) for i, token in enumerate(tokens) if token.kind == "word" and i not in read]
    long = [(index, word) for index, word in words if len(word) > 1 and word.isalpha()]
    loud = [(index, word) for index, word in long if word.isupper()]
    if 2 * len(loud) > len(long):
        return frozenset()
    return frozenset(
        index
        for index, word in loud
        if word not in _ACRONYMS
        and not _ROMAN.fullmatch(word)
        and _POSSIBLE_WORD.fullmatch(word)
        and not _surname(tokens, index)
    )


def _surname(tokens: Sequence[Token], index: int) -> bool:
    """True for capitals right after a name inside a sentence: firmó Luis PÉREZ."""
    if index < 2 or any(tokens[i].kind == "mark" for i in (index - 1, index - 2)):
        return False
    name = tokens[index - 1].text
    return name[0].isupper() and name[1:].islower() and len(tokens[index].text) > _SHORTEST_SURNAME


def paragraph_after(text: str, tokens: Sequence[Token], index: int) -> bool:
    """True if there is a blank line between this token and the next."""
    gap = text[tokens[index].end : tokens[index + 1].start]
    return gap.count("\n") > 1


def _sentence_ends(text: str, tokens: Sequence[Token]) -> Iterator[int]:
    """The last token of every sentence but the last; each sentence has a word."""
    first, has_word, index = 0, False, 0
    while index < len(tokens) - 1:
        token = tokens[index]
        has_word = has_word or token.kind == "word"
        end = index
        if token.text[0] in _ENDS:
            end = _with_closers(tokens, index)
        if (
            has_word
            and end < len(tokens) - 1
            and (
                paragraph_after(text, tokens, end)
                or (token.text[0] in _ENDS and _ends_sentence(tokens, first, index, end))
            )
        ):
            yield end
            first, has_word = end + 1, False
        index = end + 1


def _with_closers(tokens: Sequence[Token], index: int) -> int:
    """The last of the closing quotation marks and brackets directly after a mark."""
    while (
        index + 1 < len(tokens)
        and tokens[index + 1].start == tokens[index].end
        and (tokens[index + 1].text in "»”’)]}›" or tokens[index + 1].text == '"')
    ):
        index += 1
    return index


def _ends_sentence(tokens: Sequence[Token], first: int, mark: int, end: int) -> bool:
    """True if the mark, with its closers up to `end`, ends the sentence from `first`; a token follows."""
    following = tokens[end + 1]
    if following.text in _COMMAS:
        return False
    text = tokens[mark].text
    word, opened = _next_word(tokens, end + 1)
    lower = word is not None and not opened and word.text[0].islower()
    if "?" in text or "!" in text:
        opening = next((i for i in range(mark, first - 1, -1) if tokens[i].text[0] in "¿¡"), None)
        return not (opening is not None and lower)
    if len(text) > 1 or text == "…":
        return not lower
    adjacent = following.start == tokens[end].end and following.kind == "word"
    initial = mark > first and len(tokens[mark - 1].text) == 1 and tokens[mark - 1].text.isupper()
    return not (adjacent and not following.text[0].isupper()) and not (initial and word is following)


def _next_word(tokens: Sequence[Token], index: int) -> tuple[Token | None, bool]:
    """The next word from `index` on, and whether ¿ or ¡ comes before it."""
    word = word_from(tokens, index, len(tokens) - 1)
    opened = any(tokens[i].text[0] in "¿¡" for i in range(index, len(tokens) if word is None else word))
    return (None if word is None else tokens[word]), opened


def _type(tokens: Sequence[Token], first: int, last: int) -> SentenceType:
    """A sentence's type by its last mark, or by an opening mark without its closing one."""
    final = _trailing(tokens, first, last)
    end = reported(tokens, first, last)
    if end is not None:
        return _type(tokens, first, end)
    marks = "".join(token.text for token in tokens[first : last + 1] if token.kind == "mark")
    if "?" in final or ("¿" in marks and "?" not in marks):
        return "wh_question" if asks_wh(tokens, first, last) else "yes_no_question"
    if "!" in final or ("¡" in marks and "!" not in marks):
        return "exclamation"
    return "statement"


def _trailing(tokens: Sequence[Token], first: int, last: int) -> str:
    """The marks after the last word, in one string."""
    start = last
    while start >= first and tokens[start].kind == "mark":
        start -= 1
    return "".join(token.text for token in tokens[start + 1 : last + 1])


def _cuts(text: str, tokens: Sequence[Token], sentence: Sentence, whole: Collection[int]) -> list[int]:
    """The last token of every tone unit of a sentence but the last; each unit has a word."""
    cuts = []
    since = False
    words_left = sum(t.kind == "word" for t in tokens[sentence.first : sentence.last + 1])
    for index in range(sentence.first, sentence.last):
        if tokens[index].kind == "word":
            since, words_left = True, words_left - 1
        if since and words_left and index not in whole and _cut_after(text, tokens, index):
            cuts.append(index)
            since = False
    return cuts


def _cut_after(text: str, tokens: Sequence[Token], index: int) -> bool:
    """True if a tone unit ends after this token."""
    token, following = tokens[index], tokens[index + 1]
    if side(following) == "closing" or _closes(text, following):
        return False
    if following.text[0] in "¿¡([" and token.kind == "word":
        return True
    if _opens(text, following) and side(token) != "opening":
        return True
    if token.kind == "word":
        return False
    if token.text == ":":
        return following.start > token.end
    return token.text in ",;)]" or token.text[0] in "!?…" or token.text[:2] == ".." or _closes(text, token)


def _opens(text: str, token: Token) -> bool:
    """True for a dash that opens an aside or is between spaces: —dijo, x — y."""
    return token.text[0] in _DASHES and _blank(text, token.start - 1)


def _closes(text: str, token: Token) -> bool:
    """True for a dash that closes an aside: ése— cobra."""
    return token.text[0] in _DASHES and not _blank(text, token.start - 1) and _blank(text, token.end)


def _blank(text: str, position: int) -> bool:
    return not 0 <= position < len(text) or text[position].isspace()


def _contour(tokens: Sequence[Token], first: int, last: int, sentence: Sentence) -> Contour:
    marks = _trailing(tokens, first, last)
    if last == sentence.last:
        if sentence.type == "statement" and (".." in marks or "…" in marks):
            return "suspensive"
        told_after = "?" not in marks and "?" in marks_of(tokens, sentence.first, sentence.last)
        choice = offers(tokens, sentence.first, sentence.last)
        rises = sentence.type == "yes_no_question" and not told_after and not choice
        return "ascending" if rises else "descending"
    if "?" in marks:
        return "descending" if asks_wh(tokens, first, last) else "ascending"
    return "descending" if "!" in marks else "suspensive"


def _nucleus(tokens: Sequence[Token], first: int, last: int) -> int | None:
    words = [i for i in range(first, last + 1) if tokens[i].kind == "word"]
    stressed = [i for i in words if tokens[i].stress is not None]
    return (stressed or words)[-1] if words else None
