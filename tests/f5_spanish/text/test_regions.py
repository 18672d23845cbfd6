"""Regions: their data, voseo accents, sheísmo spelling, and what a text tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.text import regions
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.regions import detect, region, respell_sheismo, restore_accents


def test_the_regions_of_the_pipeline() -> None:
    assert set(regions.regions()) == {
        "neutral", "rioplatense", "colombian", "mexican", "castilian", "chilean", "caribbean", "andean",
    }  # fmt: skip
    assert [name for name, data in regions.regions().items() if data.voseo] == ["rioplatense"]
    assert [name for name, data in regions.regions().items() if data.sheismo] == ["rioplatense"]


def test_the_normalization_knows_the_same_regions() -> None:
    assert set(overrides().regions) == set(regions.regions())


def test_an_unknown_region_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(RequestFailed, match="rioplatense"):
        region("rioplatence")


# --- Voseo accents

RESTORED = {
    "tenes": "tenés", "queres": "querés", "podes": "podés", "veni": "vení", "deci": "decí", "decis": "decís",
    "venis": "venís", "pensas": "pensás", "empeza": "empezá", "volve": "volvé", "segui": "seguí",
    "vivis": "vivís", "salis": "salís", "entendes": "entendés", "contas": "contás", "juga": "jugá",
    "preferis": "preferís",
}  # fmt: skip

# Words of their own without the accent: forms of tú and él, other verbs, nouns, Latin, names.
KEPT = """
    hablas mira sos sabes haces comes crees traes estas vas das ves pone hace come vive toma deja anda espera
    canta habla escucha lee corre vende bebe cerras probas proba cerra costas apostas tostas cuentas piensas
    tienes quieres puedes vienes dices sigues vivi moris mentis sentate acordate decime vos tu el de esta ten
    ven di
"""


@pytest.mark.parametrize(("plain", "accented"), RESTORED.items())
def test_voseo_accents_are_restored(plain: str, accented: str) -> None:
    assert restore_accents(f"¿{plain}?") == f"¿{accented}?"
    assert restore_accents(plain.title()) == accented.title()
    assert restore_accents(plain.upper()) == accented.upper()


@pytest.mark.parametrize("word", KEPT.split())
def test_what_is_a_word_without_the_accent_is_kept(word: str) -> None:
    assert restore_accents(word) == word


def test_only_whole_words_are_restored() -> None:
    assert restore_accents("venimos, tenesmo, decilitro") == "venimos, tenesmo, decilitro"
    assert restore_accents("Vos tenes, él tiene; hablas y mira.") == "Vos tenés, él tiene; hablas y mira."


def test_every_form_of_the_table_is_accented_on_its_last_vowel() -> None:
    forms = regions._accented()
    assert len(forms) > 80
    for plain, accented in forms.items():
        assert plain.isascii() or "ñ" in plain
        assert accented.rstrip("s")[-1] in "áéí"
        assert restore_accents(accented) == accented


def test_no_pronoun_is_rewritten() -> None:
    text = "Tú tienes razón y contigo voy, ¿quieres?"
    assert restore_accents(text) == text


# --- Sheísmo


RESPELLED = """
    calle:cashe mayo:masho yo:sho ayer:asher playa:plasha lluvia:shuvia llegó:shegó inyección:inshección
    Yapeyú:Shapeshú Llave:Shave LLAVE:SHAVE Yo:Sho YO:SHO Yolanda:Sholanda
"""
NOT_RESPELLED = "hay rey y Y muy estoy Uruguay Ybarra YPF Sabadell estado los casas hielo"


@pytest.mark.parametrize("pair", RESPELLED.split())
def test_ll_and_y_before_a_vowel_are_respelled(pair: str) -> None:
    word, spelled = pair.split(":")
    assert respell_sheismo(word) == spelled


@pytest.mark.parametrize("word", NOT_RESPELLED.split())
def test_what_is_no_such_consonant_is_kept(word: str) -> None:
    assert respell_sheismo(word) == word


# --- Detection


def detected(text: str) -> tuple[str | None, list[tuple[str, str, str]]]:
    name, evidence = detect(text)
    return name, [(item.region, item.feature, item.word) for item in evidence]


@pytest.mark.parametrize(
    "text",
    [
        "El coche es rojo.",
        "La leche y la noche.",
        "El Che Guevara.",
        "Un tinto, ahorita.",
        "Tú tienes un voseo.",
        "Seis bonsáis.",
        "Mac OS y un SOS.",
        "Salí y pedí pan.",
        "",
    ],
)
def test_a_text_that_says_nothing(text: str) -> None:
    assert detected(text) == (None, [])


def test_evidence_is_listed_by_word() -> None:
    assert detected("¡Che, vos tenés razón, che!") == (
        "rioplatense",
        [
            ("rioplatense", "vocabulary", "Che"),
            ("rioplatense", "voseo", "vos"),
            ("rioplatense", "voseo", "tenés"),
        ],
    )


@pytest.mark.parametrize(
    ("text", "name", "feature"),
    [
        ("¿Tenes hora?", "rioplatense", "voseo"),
        ("¿Habéis venido?", "castilian", "vosotros"),
        ("Os lo dije.", "castilian", "vosotros"),
        ("Un zumo, por favor.", "castilian", "vocabulary"),
        ("¡Qué bacano!", "colombian", "vocabulary"),
        ("¿Le provoca un tinto?", "colombian", "vocabulary"),
        ("¡Órale!", "mexican", "vocabulary"),
        ("¿Cachai?", "chilean", "vocabulary"),
        ("Asere.", "caribbean", "vocabulary"),
        ("¡Achachay!", "andean", "vocabulary"),
    ],
)
def test_one_word_is_enough(text: str, name: str, feature: str) -> None:
    region, evidence = detected(text)
    assert region == name
    assert [item[:2] for item in evidence] == [(name, feature)]


def test_the_most_words_win_and_a_tie_is_none() -> None:
    assert detected("Vos querés un zumo.")[0] == "rioplatense"
    assert detected("Vos y un zumo.")[0] is None
    assert len(detected("Vos y un zumo.")[1]) == 2


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    detect(text)
    assert len(restore_accents(text)) == len(text)
    assert len(respell_sheismo(text)) >= len(text)
