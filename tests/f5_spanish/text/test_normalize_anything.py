"""Whatever is written, the model gets only what it knows, and nothing goes missing without a report."""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib.util import find_spec

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text.kinds.keys import NAMES
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.normalize import normalize
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.tokenizer import REPLACED
from tts_baseline.pipelines.f5_spanish.text.vocabulary import SPANISH, Vocabulary

VOCABULARY = Vocabulary.default()
REGIONS = st.sampled_from(overrides().regions)
READABLE = re.compile(rf"[{SPANISH}{SPANISH.upper()} .,;:?!¿¡()\"'-]*")
# What may become a pause or nothing at all: space, dashes, bullets and bars.
PAUSES = {char for row in overrides().character for char, name in row.names.items() if name in "—-"} | {
    "—",
    "-",
    "*",  # as a bullet
}

# Signs that only their surroundings give a reading.
IN_CONTEXT = {"_": "guion bajo", "~": "virgulilla|aproximadamente", "*": "por|asterisco", **NAMES}

# `make test-f5` has the time for all of them.
EXAMPLES = 10_000 if find_spec("torch") else 1_000

PIECES = """casa casas el las años siglo XIX Luis Sr. Av. EE. UU. n.º km kg % € $ US$ ½ 1/2 3/4 7:45 p. m. 2-1
12.º 3.ª 03/11/2026 10² ° °C + = × ¿ ? ¡ ! … — « » ( ) [ ] @x a@b.com www.x.es #Uno 1.250,50 3,14 007
-5 c/u FBI COVID-19 +34 tel. 555-0142 IV II Guerra & mil millones de y o \u200b"""
SPANISH_TEXT = st.lists(
    st.one_of(
        st.sampled_from([*PIECES.split(), "\n", "\n\n"]),
        st.integers(0, 10**7).map(str),
        st.text("0123456789.,/-:%€$ºª°²½ xX", min_size=1, max_size=8),
    ),
    max_size=8,
).map(" ".join)


def spoken(text: str, region: str = "neutral") -> tuple[str, tuple[Omission, ...]]:
    words, invisible = normalize(text, region=region)
    admitted, left_out = VOCABULARY.admit(words)
    return admitted, (*invisible, *left_out)


by_itself = functools.cache(spoken)


def reported(omissions: tuple[Omission, ...]) -> set[str]:
    """The characters that omissions name, as such or by code point."""
    codes = [chr(int(code, 16)) for o in omissions for code in re.findall(r"U\+([0-9A-F]{4,6})", o.what)]
    return set("".join(o.what for o in omissions)) | set(codes)


def common(chars: set[str]) -> set[str]:
    """The common forms of full-width characters and their like."""
    return {unicodedata.normalize("NFKC", char) for char in chars}


def narrow(char: str) -> str:
    """The common form of a full-width or half-width character, by which it is read and reported."""
    is_width = unicodedata.decomposition(char).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", char) if is_width else char


def ways(word: str, region: str) -> list[str]:
    """A word as it is, or with so many of its first letters spelled: gzip, ge zip."""
    return [f"{spell(word[:head], region)} {word[head:]}".strip() for head in range(len(word) + 1)]


def check(text: str, region: str) -> None:
    admitted, omissions = spoken(text, region)

    assert READABLE.fullmatch(admitted)
    assert all(char.translate(REPLACED) in VOCABULARY for char in admitted + admitted.lower())
    named = reported(omissions)
    composed = unicodedata.normalize("NFC", text)
    for char in set(composed):
        alone, missing = by_itself(char)
        if missing:
            read = char in IN_CONTEXT and re.search(IN_CONTEXT[char], admitted.lower())
            read = read or unicodedata.name(char, "").startswith("GREEK")  # in a word
            on_a_letter = unicodedata.category(char)[0] == "M"
            # A letter right after a number is read as a small one, and named as such.
            in_report = {char, char.lower(), narrow(char)} & named
            assert in_report or read or on_a_letter, f"{char!r} went missing"
        elif not alone:
            is_pause = char.isspace() or unicodedata.normalize("NFKC", char) in PAUSES
            assert is_pause, f"{char!r} alone says nothing"
    if not re.search(r"\d", composed):
        words = re.findall(rf"(?<!\S)[{SPANISH}]{{5,}}(?!\S)", composed)
        assert [
            word for word in words if not any(way in admitted.lower() for way in ways(word, region))
        ] == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.text(max_size=24), SPANISH_TEXT), REGIONS)
@example("\ud800", "neutral")
@example("bbaaa bbbbb", "neutral")  # be baaa be be be be be
@example("__0__", "neutral")
@example("* 0", "neutral")
@example("＊ ︱", "neutral")
@example("＊", "neutral")
@example("1\u0301 n\u0303 e\u0301\u0301", "neutral")
@example("١٢٣ ½½ ²³ ①② ⅣⅣ", "castilian")
@example("हिन्दी 中文 Ελλάδα שלום привет", "neutral")
@example("0/0 00:00 0.º 99999999999999999999 1/0 0½ 1,", "mexican")
@example("En la temporada 2,03-04.", "neutral")
@example("1/" + "9" * 5000 + " 1," + "9" * 5000 + " 9" + ".999" * 2000, "neutral")
def test_any_text_is_said_or_reported(text: str, region: str) -> None:
    check(text, region)


@settings(max_examples=1_000, deadline=None)
@given(st.text(max_size=40))
@example("-|")
@example("sí |- no")
@example("sí -— no")
def test_admitting_twice_changes_nothing(text: str) -> None:
    admitted, _ = VOCABULARY.admit(text)
    assert VOCABULARY.admit(admitted) == (admitted, ())


@pytest.mark.no_cover  # counting its lines takes four times as long as reading them
@pytest.mark.skipif(find_spec("torch") is not None, reason="without chance: `make test` has them")
@pytest.mark.parametrize("plane", range(17))
def test_every_character_of_unicode_is_said_or_reported(plane: int) -> None:
    """All blocks: each printable character by itself, and every row of 256 as one text."""
    for row in range(plane << 16, plane + 1 << 16, 256):
        chars = [
            chr(code) for code in range(row, row + 256) if unicodedata.category(chr(code)) not in ("Cn", "Co")
        ]
        missing = set()
        for char in chars:
            words, omissions = VOCABULARY.admit(char)
            assert READABLE.fullmatch(words)
            pause = char.isspace() or unicodedata.normalize("NFKC", char) in PAUSES
            assert words or omissions or pause, f"{char!r} alone says nothing"
            missing |= reported(omissions)
        if chars:
            admitted, omissions = spoken(" ".join(chars))
            assert READABLE.fullmatch(admitted)
            said = {sign for sign, named in IN_CONTEXT.items() if re.search(named, admitted)}
            assert common(missing) <= common(reported(omissions)) | {" "} | said


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text(SPANISH, min_size=1, max_size=9), min_size=1, max_size=9).map(" ".join))
def test_plain_words_come_out_as_they_went_in(text: str) -> None:
    assert VOCABULARY.admit(text) == (text, ())


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 999_999_999_999))
def test_no_two_numbers_are_said_alike(number: int) -> None:
    """The words can be read back: what was said is the number that was written."""
    words = normalize(f"Son {number:,}.".replace(",", "."))[0]
    assert value(words.removeprefix("Son ").removesuffix(".")) == number


NAMES = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis
veintisiete veintiocho veintinueve"""
ONES = {name: number for number, name in enumerate(NAMES.split())} | {"un": 1, "veintiún": 21}
TENS = {
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "setenta": 70,
    "ochenta": 80,
    "noventa": 90,
}
HUNDREDS = {"cien": 100, "ciento": 100, "quinientos": 500, "setecientos": 700, "novecientos": 900} | {
    f"{stem}cientos": n * 100
    for n, stem in ((2, "dos"), (3, "tres"), (4, "cuatro"), (6, "seis"), (8, "ocho"))
}


def value(words: str) -> int:
    """The number that words say: an independent reader, for the round trip."""
    total = group = thousands = 0
    for word in words.split():
        if word in ("millón", "millones"):
            total, thousands, group = total + (thousands + group) * 10**6, 0, 0
        elif word == "mil":
            thousands, group = (group or 1) * 1000, 0
        elif word != "y":
            group += (ONES | TENS | HUNDREDS)[word]
    return total + thousands + group
