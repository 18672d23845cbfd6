"""The tags: what they ask for, where, and how a wrong one is answered."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.text.controls import (
    LONGEST_PAUSE_S,
    SPEEDS,
    STYLES,
    Segment,
    escape,
    parse,
    plain,
)


def brief(source: str) -> list[tuple[str, str | None, float, int, float | None]]:
    return [(s.text, s.style, s.speed, s.emphasis, s.pause_s) for s in parse(source)]


def test_a_text_without_tags_is_one_neutral_segment() -> None:
    assert parse("Hola.") == (Segment(text="Hola.", start=0, end=5),)
    assert parse("") == ()


def test_a_style_holds_until_the_next_one() -> None:
    assert brief("A [happy]b c[sad] d[neutral]e") == [
        ("A ", None, 1.0, 0, None),
        ("b c", "happy", 1.0, 0, None),
        (" d", "sad", 1.0, 0, None),
        ("e", None, 1.0, 0, None),
    ]


def test_the_style_of_the_request_holds_until_the_first_tag() -> None:
    assert [(s.text, s.style) for s in parse("a[calm]b[neutral]c", style="sad")] == [
        ("a", "sad"), ("b", "calm"), ("c", None),
    ]  # fmt: skip


def test_speed_and_style_are_independent() -> None:
    assert brief("[happy]a[slow]b[neutral]c[fast]d[normal]e") == [
        ("a", "happy", 1.0, 0, None),
        ("b", "happy", 0.85, 0, None),
        ("c", None, 0.85, 0, None),
        ("d", None, 1.2, 0, None),
        ("e", None, 1.0, 0, None),
    ]


@pytest.mark.parametrize(("name", "speed"), SPEEDS.items())
def test_a_speed_is_one_that_the_model_obeys(name: str, speed: float) -> None:
    assert 0.8 <= speed <= 1.25
    assert {"fast": speed > 1, "slow": speed < 1, "normal": speed == 1}[name]


@pytest.mark.parametrize(("tag", "level"), [("[!]", 1), ("[!!]", 2), ("[!!!]", 3)])
def test_emphasis_is_the_first_word_s_only(tag: str, level: int) -> None:
    assert brief(f"Es {tag}muy bueno") == [("Es ", None, 1.0, 0, None), ("muy bueno", None, 1.0, level, None)]


def test_emphasis_waits_for_a_word_and_the_last_one_wins() -> None:
    assert [(s.text, s.style, s.emphasis) for s in parse("[!!] «[happy]¡[!]sí! no")] == [
        (" «", None, 0), ("¡", "happy", 0), ("sí! no", "happy", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("300ms", 0.3),
        ("0.5s", 0.5),
        ("0,5 s", 0.5),
        ("300 ms", 0.3),
        ("0ms", 0.0),
        ("10s", 10.0),
        ("10000ms", 10.0),
    ],
)
def test_a_pause_follows_the_text_before_it(written: str, seconds: float) -> None:
    assert brief(f"a[pause {written}]b") == [("a", None, 1.0, 0, seconds), ("b", None, 1.0, 0, None)]


def test_pauses_without_text_between_them_add_up() -> None:
    assert brief("a[pause 1s][happy][pause 500ms]b") == [
        ("a", None, 1.0, 0, 1.5),
        ("b", "happy", 1.0, 0, None),
    ]


def test_a_pause_at_the_start_follows_an_empty_segment() -> None:
    assert brief("[pause 1s]a") == [("", None, 1.0, 0, 1.0), ("a", None, 1.0, 0, None)]


def test_case_and_spaces_in_a_tag_do_not_matter() -> None:
    assert brief("[ HAPPY ]a[Pause  1S]") == [("a", "happy", 1.0, 0, 1.0)]


def test_two_brackets_are_one_literal_one() -> None:
    assert brief("x[[1] y [[[sad]z]") == [("x[1] y [", None, 1.0, 0, None), ("z]", "sad", 1.0, 0, None)]


def test_offsets_are_those_of_the_source() -> None:
    source = "ay [[1] [happy]bien[pause 1s] [!]sí"
    assert [source[s.start : s.end] for s in parse(source)] == ["ay [[1] ", "bien", " ", "sí"]


def test_switched_off_nothing_is_a_tag() -> None:
    source = "[happy] a [[b] [pause 99s] [x"
    assert plain(source, style="sad") == (Segment(text=source, start=0, end=len(source), style="sad"),)


@pytest.mark.parametrize(
    ("source", "position", "message", "hinted"),
    [
        ("Hola [hapy]tú", 6, "'happy'", "[happy]"),
        ("[pausa 300ms]", 1, "'pause'", "[pause 300ms]"),
        ("[urgente]x", 1, "'urgent'", "[urgent]"),
        ("[!!!!]x", 1, "'!!!'", "[!]"),
        ("a [pause abc]", 3, "[pause abc] does not say how long", "[pause 300ms]"),
        ("a [pause]", 3, "[pause] does not say how long", "[pause 300ms]"),
        ("a [pause 300]", 3, "does not say how long", "[pause 300ms]"),
        ("a [pause -1s]", 3, "does not say how long", "[pause 300ms]"),
        ("a [pause ٣s]", 3, "does not say how long", "[pause 300ms]"),
        ("a [pause 99s]", 3, "longer than 10 s", "[pause 0.5s]"),
        ("a [pause 10001ms]", 3, "longer than 10 s", "[pause 0.5s]"),
        ("bien [!]", 6, "no word follows", "before a word"),
        ("bien [!!] ... [pause 1s]", 6, "no word follows", "before a word"),
    ],
)
def test_a_wrong_tag_is_an_error_that_helps(source: str, position: int, message: str, hinted: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        parse(source, unknown="error")
    assert message in caught.value.what
    assert caught.value.where.startswith(f"character {position} of the text")
    assert hinted in caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        "nota [1]", "[]", "así [sic] es", "dijo [...] y calló", "[texto](url)", "ab [happy", "[hap\npy]x",
        "[", "a]b", "[cita requerida]", "[2026]", "[x] hecho", "[happening]", "[nota del editor]", "[sad",
        "lista[0]", "[a, b]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("unknown", ["read", "error"])
def test_a_bracket_that_is_no_tag_is_text(source: str, unknown: Literal["read", "error"]) -> None:
    assert parse(source, unknown=unknown) == (Segment(text=source, start=0, end=len(source)),)


def test_a_near_miss_is_read_with_a_doubt() -> None:
    [segment] = parse("Hola [hapy]tú")
    assert segment.text == "Hola [hapy]tú"
    assert segment.doubts == ("unknown tag [hapy] (did you mean 'happy'?)",)
    assert parse("bien [!]")[0].doubts == ("no word follows this emphasis",)
    assert parse("[pause 99s]a")[0].doubts == ("[pause 99s] is longer than 10 s",)


# --- Round trip: what is written with the grammar is read back, tag by tag

LITERAL = st.text(st.sampled_from("ab ñ.¿[]!\n"), min_size=1, max_size=8)
PIECE = st.one_of(
    st.tuples(st.just("text"), LITERAL),
    st.tuples(st.just("style"), st.sampled_from((*STYLES, "neutral"))),
    st.tuples(st.just("speed"), st.sampled_from(tuple(SPEEDS))),
    st.tuples(st.just("pause"), st.integers(0, 1000 * int(LONGEST_PAUSE_S))),
    st.tuples(st.just("stress"), st.integers(1, 3)),
)


def written(kind: str, value: str | int) -> str:
    if kind == "text":
        return escape(str(value))
    if kind == "pause":
        return f"[pause {value}ms]"
    return "[" + ("!" * int(value) if kind == "stress" else str(value)) + "]"


@given(st.lists(PIECE, max_size=12))
def test_what_is_written_is_read_back(pieces: list[tuple[str, str | int]]) -> None:
    pieces = [*pieces, ("style", "neutral"), ("text", "fin")]  # a word, for an emphasis that is still open
    source = "".join(written(kind, value) for kind, value in pieces)
    letters: list[tuple[str, str | None, float]] = []
    pauses: dict[int, float] = {}
    emphasis: dict[int, int] = {}
    style: str | None = None
    speed, level = 1.0, 0
    for kind, value in pieces:
        if kind == "text":
            for letter in str(value):
                if level and letter.isalnum():
                    emphasis[len(letters)], level = level, 0
                letters.append((letter, style, speed))
        elif kind == "style":
            style = None if value == "neutral" else str(value)
        elif kind == "speed":
            speed = SPEEDS[str(value)]
        elif kind == "pause":
            pauses[len(letters)] = pauses.get(len(letters), 0.0) + int(value) / 1000
        else:
            level = int(value)

    at = 0
    read: list[tuple[str, str | None, float]] = []
    for segment in parse(source):
        read += [(letter, segment.style, segment.speed) for letter in segment.text]
        first_word = next((at + i for i, letter in enumerate(segment.text) if letter.isalnum()), None)
        assert segment.emphasis == (0 if first_word is None else emphasis.pop(first_word, 0))
        at += len(segment.text)
        assert segment.pause_s == (pytest.approx(pauses.pop(at)) if segment.pause_s is not None else None)
        assert segment.text.replace("[", "[[") == source[segment.start : segment.end]
    assert read == letters
    assert not pauses
    assert not emphasis


@given(st.text())
def test_an_escaped_text_comes_back_whole(text: str) -> None:
    assert "".join(segment.text for segment in parse(escape(text))) == text


@given(st.text(st.sampled_from("[]! pause300msyhappy\n0.,"), max_size=30))
def test_any_text_is_read(text: str) -> None:
    for segment in parse(text):
        assert segment.place(0, len(segment.text)) == (segment.start, segment.end)
