"""Each token of the model's has the type of its sentence: of a text by itself, and of a plan's chunks."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rjieba")

from tts_baseline.core.records import Case, Request
from tts_baseline.pipelines.f5_spanish.plan import TextPlan
from tts_baseline.pipelines.f5_spanish.planning import preview
from tts_baseline.pipelines.f5_spanish.settings import read
from tts_baseline.pipelines.f5_spanish.text import sentence_types
from tts_baseline.pipelines.f5_spanish.text.tokenizer import places, tokenize
from tts_baseline.suites import reader

SUITE = reader.read("es", root=Path.cwd())
MIXED = st.text(st.sampled_from('aé ñB.¿?¡!…,—"\n9你') | st.characters(codec="utf-8"), max_size=60)


def plan(text: str, region: str = "neutral", **settings: object) -> TextPlan:
    return preview(Request(text=text, region=region), read(settings), root=Path.cwd())


def told(text: str) -> list[tuple[str, str]]:
    """What is said in each sentence, with its type."""
    starts = itertools.accumulate((part.length for part in sentence_types.parts(text)), initial=0)
    return [
        (text[start : start + part.length], part.type)
        for start, part in zip(starts, sentence_types.parts(text), strict=False)
    ]


def test_a_text_is_divided_into_its_sentences() -> None:
    assert told("¿Vienes? Sí, ahora. ¡Qué bien! ¿Cuándo?") == [
        ("¿Vienes?", "yes_no_question"),
        (" Sí, ahora.", "statement"),
        (" ¡Qué bien!", "exclamation"),
        (" ¿Cuándo?", "wh_question"),
    ]
    assert told("…") == [("…", "statement")]
    assert told("") == [("", "statement")]


def test_each_token_has_the_type_of_its_sentence() -> None:
    """The tokenizer adds spaces, inside of words and before them: they are of what follows."""
    text = "¿Cómo? Camión. 你好"
    tokens = tokenize(text)
    assert "".join(text[place] for place in places(text, tokens)) == "¿Cómmo? Camión. 你你好好"
    types = sentence_types.of_tokens(sentence_types.parts(text), text, tokens)
    asked = len(tokenize("¿Cómo?"))
    assert types == ["wh_question"] * asked + ["statement"] * (len(tokens) - asked)
    assert sentence_types.counted(text, text.lower(), tokens) == (
        ("wh_question", asked), ("statement", len(tokens) - asked)
    )  # fmt: skip


def test_a_transcript_without_capitals_is_divided_as_well() -> None:
    text = "¿vienes? sí, ahora… ¡qué bien! —dijo él. ¿cuándo?"
    capital = sentence_types.with_capitals(text)
    assert capital == "¿vienes? Sí, ahora… ¡Qué bien! —Dijo él. ¿cuándo?"
    assert [part.type for part in sentence_types.parts(capital)] == [
        "yes_no_question", "statement", "exclamation", "statement", "wh_question"
    ]  # fmt: skip
    for other in ("¿Vienes? sí.", "", "¿viene? ßa ŉo"):
        assert sentence_types.with_capitals(other) == other


@given(MIXED)
def test_every_token_of_any_text_is_of_a_sentence(text: str) -> None:
    parts = sentence_types.parts(text)
    assert sum(part.length for part in parts) == len(text)
    tokens = tokenize(text)
    placed = places(text, tokens)
    assert len(placed) == len(tokens)
    assert placed == sorted(placed)
    assert sum(count for _, count in sentence_types.counted(text, text.lower(), tokens)) == len(tokens)


@given(MIXED, st.sampled_from(["spanish", "upstream"]))
def test_the_sentences_of_a_chunk_are_its_whole_text(text: str, form: str) -> None:
    for chunk in plan(text, form=form).chunks:
        assert sum(part.length for part in chunk.sentences) == len(chunk.text)
        assert all(part.length > 0 for part in chunk.sentences)


def test_a_chunk_says_which_of_its_text_is_of_which_sentence() -> None:
    (chunk,) = plan("¿Qué querés? Pagué $ 2. ¡Mirá!", region="rioplatense").chunks
    ends = list(itertools.accumulate(part.length for part in chunk.sentences))
    said = [chunk.text[start:end] for start, end in itertools.pairwise([0, *ends])]
    assert said == [" ¿qué querés?", " pagué dos pesos.", " ¡mirá!. "]
    assert [part.type for part in chunk.sentences] == ["wh_question", "statement", "exclamation"]


def test_a_sentence_that_is_divided_keeps_its_type() -> None:
    text = "¿Es verdad que " + ", ".join(["la casa de la esquina tiene un jardín"] * 12) + "?"
    chunks = plan(text).chunks
    assert len(chunks) > 1
    assert {part.type for chunk in chunks for part in chunk.sentences} == {"yes_no_question"}


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case.id)
def test_what_is_learned_is_what_is_told_when_it_speaks(case: Case) -> None:
    """A clip's types come from its text alone, a chunk's from the plan: of the suite they are the same."""
    request = case.request
    made = preview(request, read({"unknown_tags": "read"}), root=Path.cwd())
    spoken = [kind for kind, _ in itertools.groupby(
        part.type for chunk in made.chunks for part in chunk.sentences
    )]  # fmt: skip
    alone = [kind for kind, _ in itertools.groupby(part.type for part in sentence_types.parts(made.text))]
    assert spoken == alone
