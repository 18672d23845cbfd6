"""Who is right is decided by words, for espeak-ng by sounds."""

from __future__ import annotations

import pytest

pytest.importorskip("damga")
pytest.importorskip("espeakng_loader")

import others

ACCEPTED = ("Cuesta cinco euros.", "Cuesta cinco euros justos.")


@pytest.mark.parametrize(
    ("system", "said", "right"),
    [
        ("nemo", "cuesta «cinco euros»", True),
        ("nemo", "Cuesta cinco euro.", False),
        ("espeak-ng", others.phonemes("Cuesta 5 euros."), True),
        ("espeak-ng", others.phonemes("Cuesta 6 euros."), False),
    ],
)
def test_right_is_an_accepted_reading(system: str, said: str, *, right: bool) -> None:
    assert others.right(system, said, ACCEPTED) is right


def test_a_word_that_sounds_otherwise_in_our_reading_is_heard() -> None:
    assert others.heard_otherwise("Faltan 22 minutos en Lugo.", "Faltan veintidós minutos en Lugo.") == []
    assert others.heard_otherwise("Comió en Wendy's.", "Comió en Wendy'ese.") == ["wendy"]


def test_the_table_has_every_type_and_the_corpus_as_one() -> None:
    counts = {"date": {"ours": 9, "texts": 10}, "real sentences": {"ours": 1, "texts": 2}}
    lines = others.table(counts, ["ours"]).splitlines()
    assert lines[2] == "| date | 10 | 90 % [60, 98] |"
    assert lines[-1] == "| all of the corpus | 10 | 90 % [60, 98] |"
