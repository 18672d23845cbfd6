"""Plans where a reader breaks, pauses and breathes: boundaries with exact silence."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Boundary, BoundaryKind, Phrase, Sentence, Token
from tts_baseline.pipelines.f5_spanish.text.prosody import paragraph_after
from tts_baseline.pipelines.f5_spanish.text.words import side, word_set

# Seconds of silence after a unit of up to 5 syllables, and of 25 or more; linear between. Chosen within what
# was measured on read speech: brief pauses under 0.2 s and medium ones of 0.2 to 1 s in five languages
# (Campione & Véronis 2002, Speech Prosody, 199); 0.2 to 1 s between sentences and 0.4 to 1.3 s between
# paragraphs for fast readers, longer after longer ones (Kazlauskienė & Kalašinskaitė 2020, Respectus
# Philologicus 37, on Lithuanian). No such table was found for Spanish.
PAUSES_S: Mapping[str, tuple[float, float]] = {
    "comma": (0.15, 0.25),
    "colon": (0.27, 0.33),
    "sentence": (0.40, 0.50),
    "paragraph": (0.70, 0.80),
}
_SYLLABLES = (5, 25)
BREATH_PAUSE_S = 0.4  # chosen: as the pause after a short sentence

_LONG_MARKS = frozenset(";:…()[]-‐‑‒–—―")
_BEFORE = word_set(
    "y e o u ni que pero sino aunque porque pues cuando donde mientras como si según para entonces"
)
# Words that begin a phrase, before which a reader rather breaks than between a verb and its object.
_OPENERS = word_set(
    """a ante bajo con contra desde durante en entre hacia hasta mediante por sin sobre tras el la los las un
    una unos unas al mi tu su mis tus sus este esta estos estas ese esa esos esas"""
)
# Words that lean on the next one although they are stressed: auxiliaries, no, muy (NGLE, on periphrases).
_LEANING = word_set(
    """he has ha hemos habéis han había habías habíamos habían hube hubo hubieron habré habrás habrá habremos
    habrán habría habrían haya hayas hayan hubiera hubieran hubiese soy eres es somos son era eran fue fueron
    ser sido será serán sería fuera estoy estás está están estaba estaban estuvo estar voy vas va van iba iban
    puedo puede pueden podía debe deben debía suele suelen sigue siguen no muy más
    menos tan casi gran primer tercer
    buen mal cada todo toda todos todas otro otra otros otras"""
)
_AUXILIARIES = word_set(
    """he has ha hemos habéis han había habías habíamos habían hube hubo hubieron habré habrá habrán habría
    habrían haya hayas hayan hubiera hubieran haber sido es son era eran fue fueron ser será serán está están
    estoy estaba estaban estuvo estamos siendo"""
)
_CLITICS = word_set("me te se le les nos os lo la los las")
_VERBAL = re.compile(
    r"(?:[aií]d[oa]s?|[aeiy]ndo|(?:visto|dicho|hecho|puesto|escrito|roto|abierto|vuelto|muerto|cubierto|resuelto|sido))\Z"
)
# chosen: only the order counts; `ranks` describes it
_BREAK: Mapping[BoundaryKind, int] = {"paragraph": 7, "sentence": 6, "clause": 5}
CONJUNCTION, PHRASE, WORD, CLITIC, TOUCHING, NEVER = 4, 3, 2, 1, 0, -1
_ENOUGH = 0.25  # chosen: the model speaks a scrap of text badly


def boundaries(
    text: str, tokens: Sequence[Token], sentences: Sequence[Sentence], phrases: Sequence[Phrase]
) -> tuple[Boundary, ...]:
    """A boundary after every tone unit, with the pause that its marks and its length suggest.

    The last pause of the text is 0, because nothing follows.
    """
    ends = {sentence.last: sentence for sentence in sentences}
    planned = []
    for phrase in phrases:
        last = phrase.last
        kind: BoundaryKind = "clause"
        first, pause = phrase.first, "colon" if _has_long_mark(tokens, phrase) else "comma"
        if last in ends:
            paragraph = last + 1 < len(tokens) and paragraph_after(text, tokens, last)
            kind = pause = "paragraph" if paragraph else "sentence"
            first = ends[last].first
        seconds = _seconds(pause, sum(len(token.syllables) for token in tokens[first : last + 1]))
        planned.append(Boundary(after=last, kind=kind, pause_s=seconds if last + 1 < len(tokens) else 0.0))
    return tuple(planned)


def obeyed(
    natural: Sequence[Boundary],
    pauses: Literal["controls", "sentences", "clauses"],
    asked: Mapping[int, float],
) -> tuple[Boundary, ...]:
    """The boundaries with the pauses that are switched on; `asked` (seconds, by token) always wins.

    A requested pause is exact: it replaces that of the punctuation, even if it is 0.
    """
    on = {"controls": (), "sentences": ("sentence", "paragraph"), "clauses": tuple(_BREAK)}[pauses]
    by_token = {b.after: b if b.kind in on else replace(b, pause_s=0.0) for b in natural}
    by_token |= {after: Boundary(after=after, kind="control", pause_s=s) for after, s in asked.items()}
    return tuple(by_token[after] for after in sorted(by_token))


def ranks(
    text: str, tokens: Sequence[Token], natural: Sequence[Boundary], whole: Collection[int] = frozenset()
) -> list[int]:
    """How good a break after each token is, from 7 (a paragraph's end) to 2 (between any two words).

    4 is before a conjunction, 3 before a phrase; 1 separates a word from the one it leans on, or leaves one
    word alone at the end of a unit; 0 separates two tokens without a space; -1 (never) a mark from its word,
    the tokens of a span (those in `whole` and the next), and a span from a word that leans on it.
    """
    places = []
    for index, (token, following) in enumerate(itertools.pairwise(tokens)):
        word = token.text.lower()
        if index in whole or _one_verb(token, following) or _with_mark(token, following):
            places.append(NEVER)
        elif token.end == following.start:
            places.append(TOUCHING)
        elif following.text.lower() in _BEFORE:
            places.append(CONJUNCTION)
        elif token.kind == "word" and (token.stress is None or word in _LEANING):
            leans = index + 1 in whole and index - 1 not in whole
            places.append(NEVER if leans else CLITIC)
        else:
            places.append(PHRASE if following.text.lower() in _OPENERS else WORD)
    for boundary in natural:
        last = next((i for i in range(boundary.after, -1, -1) if tokens[i].kind == "word"), 0)
        if last and places[last - 1] == WORD:
            places[last - 1] = CLITIC
        if boundary.after < len(places) and boundary.kind in _BREAK and boundary.after not in whole:
            places[boundary.after] = _BREAK[boundary.kind]
    return places


def _with_mark(token: Token, following: Token) -> bool:
    """True between a mark and its word."""
    return side(token) == "opening" or side(following) == "closing"


def _one_verb(token: Token, following: Token) -> bool:
    """True between the parts of one verb: le | había | avisado, está | trabajando."""
    if token.text.lower() in _CLITICS:
        return following.text.lower() in _AUXILIARIES
    return token.text.lower() in _AUXILIARIES and _VERBAL.search(following.text.lower()) is not None


def furthest(costs: Sequence[float], first: int, limit: float) -> int:
    """The last token within the limit, counted from `first`; `costs` are running totals from 0."""
    return bisect.bisect_right(costs, costs[first] + limit) - 2


def best_break(places: Sequence[int], costs: Sequence[float], first: int, last: int) -> int | None:
    """The token from `first` to `last` after which a break is best: the highest rank, then the latest.

    A break in the first quarter is taken only if there is no other, because the model speaks scraps badly.
    None if no break is possible.
    """
    enough = costs[first] + _ENOUGH * (costs[last + 1] - costs[first])
    allowed = [i for i in range(first, last + 1) if places[i] > NEVER]
    ample = [i for i in allowed if costs[i + 1] >= enough and places[i] > TOUCHING]
    return max(ample or allowed, key=lambda i: (places[i], i), default=None)


def breaths(
    planned: Sequence[Boundary], places: Sequence[int], seconds: Sequence[float], limit_s: float
) -> tuple[Boundary, ...]:
    """The boundaries with breaths added, so that no stretch of speech is longer than the limit.

    `seconds` are running totals of speech from 0, one more than tokens. Every planned pause counts as a
    breath. A single word longer than the limit stays whole.
    """
    by_token = {boundary.after: boundary for boundary in planned}
    fixed = {b.after for b in planned if b.kind == "control"}
    open_places = [NEVER if i in fixed else place for i, place in enumerate(places)]
    rests = sorted({b.after for b in planned if b.pause_s > 0} | {len(places)})
    first = 0
    for rest in rests:
        while seconds[rest + 1] - seconds[first] > limit_s:
            last = min(furthest(seconds, first, limit_s), rest - 1)
            after = best_break(open_places, seconds, first, last) if last >= first else None
            if after is None:
                after = next((i for i in range(max(first, last), rest) if open_places[i] > NEVER), None)
            if after is None:
                break
            by_token[after] = Boundary(after=after, kind="breath", pause_s=BREATH_PAUSE_S)
            first = after + 1
        first = rest + 1
    return tuple(by_token[after] for after in sorted(by_token))


def _has_long_mark(tokens: Sequence[Token], phrase: Phrase) -> bool:
    end = phrase.last
    while end >= phrase.first and tokens[end].kind == "mark":
        if tokens[end].text[0] in _LONG_MARKS or tokens[end].text.startswith(".."):
            return True
        end -= 1
    return False


def _seconds(pause: str, syllables: int) -> float:
    short, long = PAUSES_S[pause]
    low, high = _SYLLABLES
    share = min(1.0, max(0.0, (syllables - low) / (high - low)))
    return round(short + share * (long - short), 3)
