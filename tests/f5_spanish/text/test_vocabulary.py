"""The vocabulary: read strictly, indexed as upstream does, and the guard in front of the model."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.text.vocabulary import DEFAULT, SPANISH, Vocabulary

SMALL = "".join(f"{char}\n" for char in ' abc.,"')


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "vocab.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_default_is_the_published_vocabulary() -> None:
    vocabulary = Vocabulary.default()
    assert len(vocabulary) == 2545
    assert vocabulary.encode([" ", "a", "ñ", "ó", "¿", "no such token"])[0] == 0
    lines = DEFAULT.read_text(encoding="utf-8").split("\n")
    assert vocabulary.encode(lines[:-1]) == list(range(2545)), "the line is the index"
    digest = hashlib.sha256(DEFAULT.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    assert digest == "4e173934be56219eb38759fa8d4c48132d5a34454f0c44abce409bcf6a07ec46"


def test_an_unknown_token_is_0() -> None:
    assert Vocabulary((" ", "a")).encode(["a", "€", " "]) == [1, 0, 0]


@pytest.mark.parametrize(
    "text", [SMALL, SMALL.replace("\n", "\r\n"), SMALL.removesuffix("\n"), "\ufeff" + SMALL]
)
def test_line_ends_do_not_change_the_vocabulary(tmp_path: Path, text: str) -> None:
    assert Vocabulary.read(write(tmp_path, text)).tokens == tuple(' abc.,"')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("a\n \n", "starts with 'a', not with a space"),
        (" \na\nb\na\n", "the token 'a' twice"),
        (" \n\n\n", "the token '' twice"),
        (b" \n\xff\n", "not UTF-8"),
    ],
)
def test_what_is_no_vocabulary_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PipelineError, match=message) as caught:
        Vocabulary.read(path)
    assert caught.value.where == str(path)
    assert "vocabulary =" in caught.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="cannot be read: No such file"):
        Vocabulary.read(tmp_path / "none.txt")
    with pytest.raises(PipelineError, match="cannot be read"):
        Vocabulary.read(tmp_path)


@pytest.mark.parametrize(
    ("written", "admitted"),
    [
        ("Ángel pidió pingüinos: ¿cuántos?", "Ángel pidió pingüinos: ¿cuántos?"),
        ("“Hola”, ‘dijo’ «él»…", '"Hola", \'dijo\' "él"...'),
        ("São Tomé, Curaçao, Łódź, Øre, Straße", "Sao Tomé, Curasao, Lódz, Ore, Strasse"),
        ("n\u0303 y a\u0301", "ñ y á"),
        ("ﬁn Ⅳ ﾊ"[:5], "fin IV"),
        ("21 %", "dos uno por ciento"),
        ("5 €.", "cinco euros."),
        ("٤ × ４", "cuatro por cuatro"),
        ("½", "uno sobre dos"),
        ("mc²", "mc al cuadrado"),
        ("el barrio —el de siempre— cerró", "el barrio, el de siempre, cerró"),
        ("—No. —¿Sí? —dijo—. Ya.", "No. ¿Sí? dijo. Ya."),
        ("uno - dos", "uno, dos"),
        ("• uno • dos", "uno, dos"),
        ("ex-novio", "ex-novio"),
        ("uno\n\n dos\t tres", "uno dos tres"),
        ("[sic] {a}", "(sic) (a)"),
        ("rayos γ", "rayos gamma"),
        ("I+D", "I más D"),
        ("", ""),
    ],
)
def test_what_has_a_reading_is_admitted(written: str, admitted: str) -> None:
    assert Vocabulary.default().admit(written) == (admitted, ())


@pytest.mark.parametrize(
    ("written", "admitted", "left_out"),
    [
        ("Hola 🎉🎂 y 👍🏽 chau", "Hola y chau", ["🎉🎂", "👍🏽"]),
        ("dijo привет ayer", "dijo ayer", ["привет"]),
        ("la palabra λόγος", "la palabra", ["λόγος"]),
        ("你好 mundo", "mundo", ["你好"]),
        ("हिन्दी", "", ["हिन्दी"]),
        ("*a* _b_", "a b", ["*", "*", "_", "_"]),
        ("¨ \u0301", "", ["¨", "\u0301"]),
        ("a\x00b", "ab", ["U+0000"]),
        ("\ud800", "", ["U+D800"]),
    ],
)
def test_what_has_none_is_left_out_and_reported(written: str, admitted: str, left_out: list[str]) -> None:
    words, omissions = Vocabulary.default().admit(written)
    assert words == admitted
    assert [omission.what for omission in omissions] == left_out
    assert all(omission.reason for omission in omissions)


def test_a_small_vocabulary_gets_base_letters_or_a_report() -> None:
    small = Vocabulary((" ", *'abceo.,"'))
    admitted, omissions = small.admit("cabo — ábaco “ceñó” Be € y ¡")
    assert admitted == 'cabo, abaco "ceo" e'
    assert [omission.what for omission in omissions] == ["ñ", "B", "€", "y", "¡"]


def test_both_cases_of_a_letter_must_be_known() -> None:
    admitted, omissions = Vocabulary((" ", "A", "b", "B")).admit("A B b")
    assert (admitted, [o.what for o in omissions]) == ("B b", ["A"])


def test_what_the_tokenizer_makes_of_a_character_must_be_known() -> None:
    admitted, omissions = Vocabulary((" ", "a", ";")).admit("a; a")
    assert (admitted, [o.what for o in omissions]) == ("a a", [";"]), "the tokenizer hands over a comma"


def test_all_that_spanish_needs_is_in_the_default_vocabulary() -> None:
    text = f"{SPANISH}{SPANISH.upper()}.,;:?!¿¡()\"'-"
    assert Vocabulary.default().admit(text) == (text, ())
