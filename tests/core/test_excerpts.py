"""Texts of any length become short ones: without secrets, whole where they fit, and fit for UTF-8."""

from __future__ import annotations

import pytest

from tts_baseline.core.excerpts import described, excerpt, joined

KEY = "sk-0123456789abcdef"


def test_a_text_that_fits_is_whole() -> None:
    assert excerpt("x" * 20, head=10, tail=10) == "x" * 20


@pytest.mark.parametrize("length", [21, 8_000, 9_000, 16_399, 16_400, 20_000, 10**7])
def test_of_a_long_text_the_ends_and_its_length_are_left(length: int) -> None:
    text = "a" * 10 + "x" * (length - 15) + "b" * 5
    assert excerpt(text, head=10, tail=5) == f"{'a' * 10} … ({length:,} characters in all) … bbbbb"


@pytest.mark.parametrize("at", range(48))
def test_no_part_of_a_secret_is_left_at_a_cut(at: int) -> None:
    text = "." * at + (KEY + "." * 7) * 3000 + "." * at
    shown = excerpt(text, head=50, tail=50, secrets=(KEY,))
    assert "sk-" not in shown
    assert "def" not in shown


@pytest.mark.parametrize("at", range(30))
@pytest.mark.parametrize("spelling", ["{0}", "%25{1:02x}", "&#{1:05};"])
def test_no_part_of_a_secret_is_left_where_a_text_was_cut_before(at: int, spelling: str) -> None:
    text = "".join(spelling.format(char, ord(char)) for char in KEY) * 1000
    begun, ended = text[: 8000 + at], text[at - 8000 :]
    shown = joined(begun, ended, 10**6, head=10**5, tail=10**5, secrets=(KEY,))
    first, last = shown.split(" … (1,")[0], shown.rsplit(" … ")[-1]
    assert set(first + last) <= {"*"}


def test_what_is_no_text_is_escaped() -> None:
    assert excerpt("caf\udce9", head=50, tail=50) == "caf\\udce9"


def test_parts_of_a_text_are_joined_by_how_much_is_missing() -> None:
    assert joined("abc", "xyz", 94, head=2, tail=1, secrets=()) == "ab … (100 characters in all) … z"
    assert joined("abc", "xyz", 0, head=10, tail=10, secrets=("cx",)) == "ab***yz"


class Broken(Exception):
    def __str__(self) -> str:
        raise KeyError("no")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("no weights"), "ValueError: no weights"),
        (ValueError(), "ValueError"),
        (Broken(), "Broken, whose text cannot be had (KeyError)"),
    ],
)
def test_an_error_is_described_whatever_its_text(error: Exception, says: str) -> None:
    assert described(error) == says


def test_a_long_text_with_a_secret_keeps_its_beginning() -> None:
    shown = excerpt(f"401 for {KEY}: " + "x" * 10**6, head=300, tail=100, secrets=(KEY,))
    assert shown.startswith("401 for ***: xxxx")
    assert len(shown) > 400
