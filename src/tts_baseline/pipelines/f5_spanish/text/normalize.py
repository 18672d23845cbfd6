"""Normalization: numbers, dates, signs and abbreviations become words, and punctuation stays.

damga reads the numbers. Its mistakes, and all that depends on the region, are data in `overrides.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text import reader
from tts_baseline.pipelines.f5_spanish.text.letters import acronyms, links
from tts_baseline.pipelines.f5_spanish.text.numbers import numbers
from tts_baseline.pipelines.f5_spanish.text.overrides import check_region
from tts_baseline.pipelines.f5_spanish.text.romans import romans
from tts_baseline.pipelines.f5_spanish.text.writings import rewritten, words_said

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.reader import Normalizer, Read

_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*\n\s*")
_SPACE = re.compile(r"[^\S\n]*\n[^\S\n]*|[^\S\n]+")
_UNUSUAL = re.compile("[^\\n -~¡-¬®-ÿ–—‘’“”…€]")
_SHOUTED_WORDS = 3  # chosen: fewer words in capitals may all be acronyms
_WRITTEN_OTHERWISE = ("<font>", "<wide>", "<narrow>")


def normalize(
    text: str, *, region: str = "neutral", normalizer: Normalizer | None = None
) -> tuple[str, tuple[Omission, ...]]:
    """The text as it is spoken in a region, and the invisible characters that were left out.

    Words, their case and punctuation stay; an empty line still separates paragraphs ("\\n\\n"). All digits
    become words. `Vocabulary.admit` handles signs that need no context. Raises SettingsError for an unknown
    region, and MissingExtra without damga unless another `normalizer` is given.
    """
    check_region(region)
    read = reader.reads(normalizer) if normalizer else reader.damga_reads()
    visible, omissions = _visible(text)
    paragraphs = [_said(p, region, read) for p in _PARAGRAPH.split(visible.strip())]
    return "\n\n".join(paragraphs), omissions


def _said(paragraph: str, region: str, read: Read) -> str:
    """A paragraph with everything read out that depends on its context."""
    text = _SPACE.sub(" ", paragraph)
    text = links(text, region, read)
    text = words_said(text, region)
    text = rewritten(text, region)
    text = romans(text, read)
    text = numbers(text, region, read)
    shouted = paragraph.isupper() and len(paragraph.split()) >= _SHOUTED_WORDS
    text = acronyms(text, region, shouted=shouted)
    return _SPACE.sub(" ", text).strip()


def _visible(text: str) -> tuple[str, tuple[Omission, ...]]:
    """The text in NFC, with digits and letters in their common form, without invisible characters."""
    omissions: list[Omission] = []

    def plain(match: re.Match[str]) -> str:
        char = match.group()
        category = unicodedata.category(char)
        if category == "Nd":
            return str(unicodedata.decimal(char))
        if category in ("Zs", "Zl", "Zp") or char in "\t\r\v\f\x85":
            return "\n" if char in "\r\x85\u2028\u2029" else " "
        if category[0] == "C":
            omissions.append(Omission(what=f"U+{ord(char):04X}", reason="an invisible character"))
            return ""
        common = unicodedata.normalize("NFKC", char)
        same = unicodedata.decomposition(char).startswith(_WRITTEN_OTHERWISE) and common.isascii()
        return common if same else char

    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _UNUSUAL.sub(plain, composed), tuple(dict.fromkeys(omissions))
