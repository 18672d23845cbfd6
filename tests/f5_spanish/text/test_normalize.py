"""Normalization says what a Spanish reader says: our own table, the rows of the data file, and the suite."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.text.normalize import normalize
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.suites.reader import read

TABLE = tomllib.loads(Path(__file__).with_name("normalization.toml").read_text(encoding="utf-8"))["group"]
CASES = [
    pytest.param(group.get("region", "neutral"), *case[:2], id=f"{group['class']}-{case[0][:40]}")
    for group in TABLE
    for case in group["cases"]
]
SAID = ("word", "pattern", "unit", "currency", "noun", "ending", "context", "roman", "letter", "link")
ADMITTED = ("symbol", "character")


def rows(kinds: tuple[str, ...]) -> list[Any]:
    return [
        pytest.param((row.regions or ("neutral",))[0], *example, id=f"{kind}-{example[0]}")
        for kind in kinds
        for row in getattr(overrides(), kind)
        for example in row.examples
    ]


@pytest.mark.parametrize(("region", "written", "words"), CASES)
def test_the_table(region: str, written: str, words: str) -> None:
    assert normalize(written, region=region) == (words, ())


def test_the_table_is_large_and_covers_the_classes() -> None:
    classes = {group["class"] for group in TABLE}
    assert len(CASES) >= 300
    assert classes >= {
        "cardinals", "agreement", "ordinals", "decimals", "dates", "times", "currency", "units",
        "percentages", "phones", "links", "abbreviations", "roman", "ranges and scores", "acronyms",
        "fractions",
    }  # fmt: skip
    written = [(case.values[0], case.values[1]) for case in CASES]
    assert len(set(written)) == len(written), "a case is there twice"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("200 mujeres", "doscientas mujeres"),
        ("21 años", "veintiún años"),
        ("1 casa", "una casa"),
        ("31 personas", "treinta y una personas"),
        ("siglo XXI", "siglo veintiuno"),
        ("Luis XIV", "Luis catorce"),
    ],
)
@pytest.mark.parametrize("region", ["neutral", "rioplatense", "colombian", "mexican", "castilian"])
def test_agreement_in_every_region(region: str, written: str, words: str) -> None:
    assert normalize(f"Dijo {written}.", region=region)[0] == f"Dijo {words}."


@pytest.mark.parametrize(("region", "written", "words"), rows(SAID))
def test_each_row_of_the_data_file_does_what_it_says(region: str, written: str, words: str) -> None:
    assert normalize(written, region=region) == (words, ())


@pytest.mark.parametrize(("region", "written", "words"), rows(ADMITTED))
def test_each_character_of_the_data_file_is_said(region: str, written: str, words: str) -> None:
    assert Vocabulary.default().admit(written) == (words, ())


def test_each_row_names_its_source_and_shows_an_example() -> None:
    kinds = (*SAID, *ADMITTED)
    assert all(row.source and row.examples for kind in kinds for row in getattr(overrides(), kind))
    assert sum(len(getattr(overrides(), kind)) for kind in kinds) >= 40


@pytest.mark.parametrize(
    ("region", "money"),
    [
        ("neutral", "dólares"), ("castilian", "dólares"), ("andean", "dólares"), ("caribbean", "dólares"),
        ("rioplatense", "pesos"), ("colombian", "pesos"), ("mexican", "pesos"), ("chilean", "pesos"),
    ],
)  # fmt: skip
def test_the_dollar_sign_is_the_money_of_the_region(region: str, money: str) -> None:
    assert normalize("Son $ 50 o 70$.", region=region)[0] == f"Son cincuenta {money} o setenta {money}."
    assert normalize("Son US$ 50.", region=region)[0] == "Son cincuenta dólares."


SUITE = read("es", Path())


@pytest.mark.parametrize("case", SUITE, ids=[case.id for case in SUITE])
def test_the_suite_passes_through(case: Any) -> None:
    pytest.importorskip("rjieba")
    vocabulary = Vocabulary.default()
    words, invisible = normalize(case.text, region=case.region)
    admitted, omissions = vocabulary.admit(words)

    assert not invisible
    assert not re.search(r"[\d%€$°×/@]", admitted)
    assert 0 not in vocabulary.encode([token for token in tokenize(admitted) if token != " "])
    left_out = "".join(omission.what for omission in omissions)
    assert left_out == "".join(re.findall("[\U0001f300-\U0001faff]", case.text)), "emoji, and nothing else"


def test_paragraphs_stay_apart_and_lines_do_not() -> None:
    text = "Uno.\r\n\r\n  Dos:\n1 gato.\n \n\nTres."
    assert normalize(text)[0] == "Uno.\n\nDos: un gato.\n\nTres."


def test_a_text_without_anything_to_read_stays_as_it_is() -> None:
    text = "—¿Y CUÁNDO vuelve? «Mañana», dijo (sin prisa); después… ¡Basta!"
    assert normalize(text) == (text, ())


def test_invisible_characters_are_reported() -> None:
    words, omissions = normalize("1\u200b000 ca\u00adsas\ufeff")
    assert words == "Mil casas"
    assert [omission.what for omission in omissions] == ["U+200B", "U+00AD", "U+FEFF"]


@pytest.mark.parametrize("region", ["rioplatens", "", "Neutral"])
def test_an_unknown_region_is_an_error_that_names_the_known_ones(region: str) -> None:
    with pytest.raises(SettingsError) as caught:
        normalize("Hola.", region=region)
    assert "castilian" in caught.value.hint


def test_cardinals_agree_with_num2words() -> None:
    num2words = pytest.importorskip("num2words").num2words
    ones = (1, 2, 7, 15, 16, 21, 22, 31, 58, 99)
    below_1000 = [*range(1, 40), *(h * 100 + o for h, o in product(range(1, 10), (0, *ones)))]
    numbers = [
        *below_1000,
        *(t * 1000 + o for t, o in product((1, 2, 16, 22, 58, 100, 207, 999), (0, *ones, 500))),
    ]
    # num2words says "uno mil" where a thousand is counted by a number in uno; all others must be equal.
    for number in numbers:
        assert normalize(f"x {number}")[0] == f"equis {num2words(number, lang='es')}"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (21_000, "veintiún mil"), (31_000, "treinta y un mil"), (101_000, "ciento un mil"),
        (51_021, "cincuenta y un mil veintiuno"), (1_000_000, "un millón"), (21_000_000, "veintiún millones"),
    ],
)  # fmt: skip
def test_thousands_shorten_uno(number: int, words: str) -> None:
    assert normalize(f"x {number}")[0] == f"equis {words}"
