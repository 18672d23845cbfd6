"""Reads out everything that is written with digits: one scan finds its kind (date, price, …)."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text import fractions, moments
from tts_baseline.pipelines.f5_spanish.text.agreement import noun_gender
from tts_baseline.pipelines.f5_spanish.text.amounts import NUMBER, cardinal, digits, ordinal, say
from tts_baseline.pipelines.f5_spanish.text.letters import code
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.quantities import Quantities
from tts_baseline.pipelines.f5_spanish.text.sentences import substitute

if TYPE_CHECKING:
    from collections.abc import Callable

    from tts_baseline.pipelines.f5_spanish.text.reader import Read

    Say = Callable[[re.Match[str], Read], str]

_PHONE_WORD = (
    r"(?i:tel[ée]fonos?|celular|móvil|fax|guasap|wasap|whatsapp|ll[aá]m\w+ al|marc\w+ el|marque al) ?:? ?"
)
_PHONE = (
    rf"(?P<phone_word>\b{_PHONE_WORD})(?P<phone>\+?\(?\d[\d ().-]{{4,}}\d)"
    r"|\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,6}(?!\d)"
    r"|(?:(?:0[89]00|[6-9]\d\d) \d{3} \d{3}|[6-9]\d\d(?: \d\d){3}|9\d \d{3} \d\d \d\d)"
    r"(?! ?\d)(?! [^\W\d_]{2,}s\b| de\b| ?[€$%])"
    r"|\(\d{2,4}\) ?\d{3,4}-\d{3,4}(?!\d)|\d{3,4}-\d{3}-\d{4}(?!\d)|\d{2,4}-\d{4}-\d{4}(?!\d)"
)
_ACCOUNT = r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"
_AFTER_DEGREES = "bajo|sobre|norte|sur|este|oeste|centígrados|para|por|con|sin|más|menos|del?|en|al?"
_ORDINAL = (
    r"(?P<place>\d{1,4})(?:\.?(?P<mark>[ºª]s?|ᵉʳ|ᵒ|ᵃ)|\.(?P<dotted>er|os|as|o|a)\b"
    r"|(?P<ending>er|[rdtmvn][oa]s?)\b(?:\.(?= [a-záéíóúñ]))?"
    rf"|°(?= (?!(?:{_AFTER_DEGREES})\b)[a-záéíóúñ]{{3,}}))(?![^\W_])"
)
_CODE = r"[^\W\d_]+(?:[-‑]?\d+[^\W\d_]*)+|\d+[^\W\d_]+(?:-?\d+[^\W\d_]*)*"
_NOUN = re.compile(" ([a-záéíóúñ]{3,})")
_PLURAL_OR_VERB = re.compile("(?:s|[aeo]n|[áéíó])$")


def numbers(text: str, region: str, read: Read) -> str:
    """The text with every number read out; no ASCII digit is left."""
    pattern, kinds = _scanner(region)
    return substitute(pattern, text, lambda match: kinds[match.lastgroup or ""](match, read))


@functools.cache
def _scanner(region: str) -> tuple[re.Pattern[str], dict[str, Say]]:
    """One expression for all that has digits, the narrower kinds first, and the function for each kind."""
    quantities = Quantities(region)
    first = "uno" if region in overrides().first_is_uno else "primero"

    def say_ratio(match: re.Match[str], read: Read) -> str:
        left = cardinal(match["left"], "none", read)
        return f"{left} a {say(match['right'], 'none', read, point=quantities.point)}"

    def say_fraction(match: re.Match[str], read: Read) -> str:
        return fractions.say(match, read, units=quantities.units)

    kinds: dict[str, tuple[str, Say]] = {
        "account_number": (_ACCOUNT, functools.partial(_account, region)),
        "phone_number": (_PHONE, _phone),
        "date": (moments.DATE, functools.partial(moments.date, first=first)),
        "time": (moments.TIME, moments.time),
        "ordinal": (_ORDINAL, _ordinal),
        "fraction": (fractions.pattern(quantities.unit), say_fraction),
        "chain": (r"\d+(?:-\d+){2,}(?!\d)", _chain),
        "ratio": (rf"(?P<left>\d+):(?P<right>{NUMBER})", say_ratio),
        "quantity": (quantities.pattern, quantities.say),
        "code": (_CODE, lambda match, read: code(match.group(), region, read)),
    }
    choices = "|".join(f"(?P<{kind}>{pattern})" for kind, (pattern, _) in kinds.items())
    pattern = re.compile(rf"(?<![^\W_])(?:{choices})|(?P<rest>\d+)")
    return pattern, {kind: say_kind for kind, (_, say_kind) in kinds.items()} | {"rest": _rest}


def _account(region: str, match: re.Match[str], read: Read) -> str:
    """An IBAN's words, character by character, with a pause after every four."""
    written = match.group().replace(" ", "")
    spelled = [digits(char) if char.isdecimal() else code(char, region, read) for char in written]
    return ", ".join(" ".join(spelled[i : i + 4]) for i in range(0, len(spelled), 4))


def _phone(match: re.Match[str], read: Read) -> str:
    """A telephone number's words, in groups: two digits as a number, others digit by digit."""
    number = match["phone"] or match.group()
    plus = "más " if number[0] == "+" else ""
    groups = [part for group in re.findall(r"\d+", number) for part in _parts(group)]
    as_number = [len(group) == 2 or (index == 0 and bool(plus)) for index, group in enumerate(groups)]
    spoken = [cardinal(g, "none", read) if n else digits(g) for g, n in zip(groups, as_number, strict=True)]
    return f"{match['phone_word'] or ''}{plus}{', '.join(spoken)}"


def _parts(group: str) -> list[str]:
    """A group of digits in parts: up to four stay together, more are split by threes, no digit is alone."""
    if len(group) <= 4:
        return [group]
    parts = [group[i : i + 3] for i in range(0, len(group), 3)]
    return [*parts[:-2], parts[-2] + parts[-1]] if len(parts[-1]) == 1 else parts


def _ordinal(match: re.Match[str], read: Read) -> str:
    """An ordinal's words; its mark decides the gender, or after a degree sign the noun (3° año).

    Before a masculine noun primero and tercero are shortened, whatever the mark (DPD, primero).
    """
    mark = match["mark"] or match["dotted"] or match["ending"] or ""
    feminine = mark.rstrip("s").endswith(("ª", "a", "ᵃ"))
    after = _NOUN.match(match.string, match.end())
    noun = after.group(1) if after and after.group(1) not in words("not-noun") else ""
    if noun and not mark:
        feminine = noun_gender(noun) == "f"
    before_noun = bool(noun) and not _PLURAL_OR_VERB.search(noun)
    short = not feminine and (before_noun or mark in ("er", "ᵉʳ"))
    return ordinal(match["place"], "f" if feminine else "m", read, short=short, many=mark.endswith("s"))


def _chain(match: re.Match[str], read: Read) -> str:
    return " ".join(cardinal(part, "none", read) for part in match.group().split("-"))


def _rest(match: re.Match[str], read: Read) -> str:
    return f" {cardinal(match.group(), 'none', read)} "
