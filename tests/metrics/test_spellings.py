"""What is another word and what is only another spelling: known edits, and 500 swaps of homophones."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tts_baseline.metrics.spellings import changes, respelled
from tts_baseline.suites import reader

SWAPS = (("b", "v"), ("v", "b"), ("ll", "y"), ("z", "s"), ("c(?=[ei])", "s"), ("s", "z"), ("j(?=[ei])", "g"))


def said(words: str, others: str, region: str = "neutral") -> list[str]:
    return [str(change) for change in changes(words.split(), others.split(), region)]


@pytest.mark.parametrize(
    ("words", "others", "found"),
    [
        ("uno dos tres", "uno dos tres", []),
        ("uno dos tres", "uno tres", ["no «dos»"]),
        ("uno dos tres", "uno dos dos tres", ["«dos» besides"]),
        ("uno dos tres", "uno gato tres", ["«gato» for «dos»"]),
        ("uno dos tres cuatro", "gato dos tres", ["«gato» for «uno»", "no «cuatro»"]),
        ("come papa", "come papá", ["«papá» for «papa»"]),
        ("voy a ver", "voy haber", []),
        ("uno dos", "", ["no «uno dos»"]),
        ("", "uno", ["«uno» besides"]),
        ("", "", []),
    ],
)
def test_known_edits(words, others, found):
    assert said(words, others) == found


def test_a_lost_word_is_one_of_all():
    assert [change.size for change in changes(["uno", "dos", "tres"], ["uno", "tres"])] == [1]


def test_words_that_are_heard_in_the_places_of_each_other_are_two():
    """The known answer of research/quality.md 2(e): the hypothesis swapped."""
    assert sum(change.size for change in changes(["uno", "dos"], ["dos", "uno"])) == 2


def test_the_region_decides_of_casa_and_caza():
    assert said("la casa", "la caza", "mexican") == []
    assert said("la casa", "la caza", "castilian") == ["«caza» for «casa»"]
    assert said("la vaca", "la baca", "castilian") == []


def test_what_sounds_alike_is_spelled_as_the_words_are():
    assert respelled(["voy", "a", "ver", "la", "vaca"], ["boy", "haber", "la", "baca"]) == (
        *("voy", "a", "ver", "la", "vaca"),
    )
    assert respelled(["la", "vaca", "come"], ["la", "baca", "corre"]) == ("la", "vaca", "corre")


def test_500_swaps_of_homophones_are_no_change():
    dice = random.Random(20)
    texts = [re.findall(r"\w+", case.text.lower()) for case in reader.read("es", Path())]
    swapped = 0
    while swapped < 500:
        words = dice.choice(texts)
        written, other = dice.choice(SWAPS)
        places = [at for at, word in enumerate(words) if re.search(written, word)]
        if not places:
            continue
        at = dice.choice(places)
        others = [*words[:at], re.sub(written, other, words[at], count=1), *words[at + 1 :]]
        assert changes(words, others, "mexican") == ()
        swapped += 1
