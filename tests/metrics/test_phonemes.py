"""How words sound: homophones of all Spanish and of a region, stress, and what is no homophone."""

from __future__ import annotations

import pytest

from tts_baseline.metrics.phonemes import joined, phonemes

EVERYWHERE = (
    "vaca baca, hola ola, valla vaya, gira jira, hierba yerba, tú tu, sólo solo, quilo kilo, uevo huevo, "
    "vello bello, extraño estraño, psicología sicología, enviar embiar, rallar rayar, exento hexento"
)
WITH_SESEO = "excelente eselente, casa caza, cima sima, cocer coser, abrazar abrasar, ciervo siervo, vez ves"
OTHERS = (
    "papa papá, pero perro, término terminó, continuo continúo, caro carro, casa cara, peso beso, año ano, "
    "guerra güera, gato jato, cuota quita, rey ley, para bara"
)


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for pair in text.split(", ")]


@pytest.mark.parametrize("region", ["neutral", "castilian", "mexican", "rioplatense"])
@pytest.mark.parametrize(("one", "other"), pairs(EVERYWHERE))
def test_homophones_of_all_spanish_sound_alike(one, other, region):
    assert phonemes(one, region) == phonemes(other, region)


@pytest.mark.parametrize(("one", "other"), pairs(WITH_SESEO))
def test_c_and_z_are_said_as_s_but_in_castile(one, other):
    for region in ("neutral", "mexican", "colombian", "rioplatense", "chilean"):
        assert phonemes(one, region) == phonemes(other, region)
    assert phonemes(one, "castilian") != phonemes(other, "castilian")


@pytest.mark.parametrize(("one", "other"), pairs(OTHERS))
def test_other_words_sound_otherwise(one, other):
    assert phonemes(one) != phonemes(other)


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("guitarra", "ɡitáRa"), ("pingüino", "pinɡuíno"), ("México", "méxiko"), ("aéreo", "aéreo"),
        ("enrique", "enRíke"), ("ciudad", "siudád"), ("país", "país"), ("muy", "mui"), ("león", "león"),
        ("construí", "konstruí"), ("dieciséis", "diesiséis"), ("examen", "eksámen"),
    ],
)  # fmt: skip
def test_known_sounds(word, sounds):
    assert phonemes(word.lower()) == sounds


def test_where_words_are_divided_is_not_heard():
    assert joined(("a", "ver")) == joined(("haber",))
    assert joined(("de", "el")) == joined(("del",))
    assert joined(("a", "ver")) != joined(("a", "ser"))


def test_signs_that_are_no_letter_of_spanish_stay():
    assert phonemes("ß2") == "ß2"
    assert phonemes("") == ""
