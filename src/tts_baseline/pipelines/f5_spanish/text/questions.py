"""What a question asks: an interrogative, a choice, or yes or no; and questions reported after they end."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.pipelines.f5_spanish.plan import Token
from tts_baseline.pipelines.f5_spanish.text.words import word_set

_WH = word_set(
    """qué quién quiénes cuál cuáles cómo cuándo cuánto cuánta cuántos cuántas cuán dónde adónde"""
)
_BEFORE_WH = word_set(
    """y e o pero pues entonces yo tú vos usted él ella esto eso nosotros nosotras vosotros vosotras ustedes
    ellos ellas"""
)
_DETERMINERS = word_set(
    """el la los las un una unos unas mi mis tu tus su sus este esta estos estas ese esa esos esas aquel
    aquella nuestro nuestra vuestro vuestra"""
)
# What a question may be about before its interrogative, beside names and nouns with a determiner.
_ABOUT = word_set(
    """a de en con para por sobre sin desde hasta mí ti sí ahora luego después hoy mañana ayer aquí allí bueno
    así además encima al del che oye oiga mira mire"""
)
_TOPIC = _BEFORE_WH | _DETERMINERS | _ABOUT
_NO_CHOICE = word_set("no qué nada nunca tampoco")
_PREPOSITIONS = word_set(
    "a ante bajo cada con contra de desde durante en entre hacia hasta para por según sin sobre tras"
)
_COMMAS = frozenset(",;:")


def asks_wh(tokens: Sequence[Token], first: int, last: int) -> bool:
    """True if an interrogative begins the question or one of its clauses: ¿Y vos, qué querés?

    An interrogative that only ends the question after a comma (¿Vienes, o qué?) does not count.
    """
    quoted = _quoted(tokens, first, last)
    opened = [i + 1 for i in range(first, last + 1) if "¿" in tokens[i].text and i not in quoted]
    start = opened[-1] if opened else first
    if _interrogative(tokens, start, last) is not None or _late(tokens, start, last):
        return True
    commas = (i for i in range(start, last) if tokens[i].text in _COMMAS)
    interrogatives = (_interrogative(tokens, comma + 1, last) for comma in commas)
    return any(
        index is not None and word_from(tokens, index + 1, last) is not None for index in interrogatives
    )


def _interrogative(tokens: Sequence[Token], first: int, last: int) -> int | None:
    """The accented interrogative at the start of a clause, after any conjunction, subject or preposition."""
    index = word_from(tokens, first, last)
    while index is not None and tokens[index].text.lower() in _BEFORE_WH:
        index = word_from(tokens, index + 1, last)
    if index is not None and tokens[index].text.lower() in _PREPOSITIONS:
        index = word_from(tokens, index + 1, last)
    return index if index is not None and tokens[index].text.lower() in _WH else None


def _quoted(tokens: Sequence[Token], first: int, last: int) -> frozenset[int]:
    """The tokens inside quotation marks, of which a question may be a part: ¿Has leído «¿Quién teme…?»?"""
    inside: list[int] = []
    depth = 0
    for index in range(first, last + 1):
        mark = tokens[index].text
        if mark in "«“" or (mark == '"' and not depth):
            depth += 1
        elif mark in '»”"' and depth:
            depth -= 1
        elif depth:
            inside.append(index)
    return frozenset(inside)


def _late(tokens: Sequence[Token], first: int, last: int) -> bool:
    """True if only what the question is about comes before its interrogative: ¿Y ahora qué?"""
    before = ""
    for index in range(first, last + 1):
        if tokens[index].kind == "mark":
            continue
        written, word = tokens[index].text, tokens[index].text.lower()
        if word in _WH:
            return bool(before)
        noun = before in _DETERMINERS or (index > first and written[0].isupper() and written[1:].islower())
        if not noun and word not in _TOPIC:
            return False
        before = word
    return False


def offers(tokens: Sequence[Token], first: int, last: int) -> bool:
    """True for a choice, whose end falls: ¿Quieres té o café?; not for ¿Vienes o no?"""
    return any(
        tokens[index].text.lower() in ("o", "u")
        and word_from(tokens, first, index - 1) is not None
        and (after := word_from(tokens, index + 1, last)) is not None
        and tokens[after].text.lower() not in _NO_CHOICE
        for index in range(first, last)
    )


def word_from(tokens: Sequence[Token], first: int, last: int) -> int | None:
    """The first word from `first` to `last`."""
    return next((i for i in range(first, last + 1) if tokens[i].kind == "word"), None)


def reported(tokens: Sequence[Token], first: int, last: int) -> int | None:
    """The last mark of a question or exclamation that is reported after it: ¿Vienes? —preguntó Ana."""
    start = next(
        (i for i in range(first, last) if tokens[i].kind == "word" or tokens[i].text[0] in "¿¡"), last
    )
    if tokens[start].text[0] not in "¿¡":
        return None
    end = next((i for i in range(start, last) if tokens[i].text[0] in "?!"), last)
    word = word_from(tokens, end + 1, last)
    if word is None or not tokens[word].text[0].islower():
        return None
    between = "".join(tokens[i].text for i in range(end + 1, word))
    goes_on = any(mark in between for mark in ",¿¡") or "?" in marks_of(tokens, word, last)
    return None if goes_on else end


def marks_of(tokens: Sequence[Token], first: int, last: int) -> str:
    """All marks of a stretch, in one string."""
    return "".join(token.text for token in tokens[first : last + 1] if token.kind == "mark")
