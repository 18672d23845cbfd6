"""Markup that people paste is not read out, and what only looks like it is."""

from __future__ import annotations

import time

import pytest

from tts_baseline.pipelines.f5_spanish.text.kinds.greek import latin
from tts_baseline.pipelines.f5_spanish.text.markup import plain
from tts_baseline.pipelines.f5_spanish.text.normalize import read


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Una <b>casa</b> <br/>nueva", "Una casa \nnueva"),
        ("<p>Uno</p><p>Dos</p>", "Uno.\nDos\n"),
        ("si a < b y c > d", "si a < b y c > d"),
        ("Pan &amp; vino &lt;3", "Pan & vino <3"),
        ("R&D; y AT&T", "R&D; y AT&T"),
        ("[texto](http://a.es/b) y ![foto](x.png)", "texto y foto"),
        ("Wikipedia[1] dice[^2]", "Wikipedia dice"),
        ("así [sic] y [nota]", "así [sic] y [nota]"),
        ("lista[0]", "lista[0]"),
        ("dijo [...] y calló", "dijo … y calló"),
        ("Cuesta $5 y $6", "Cuesta $5 y $6"),
        ("vale $x^2$ y $\\frac{1}{2}$", "vale x^2 y 1/2"),
        ("entre $20 y 30$", "entre $20 y 30$"),
        ("\\emph{muy} bien~\\ref{a}", "muy bien"),
        ("una __gran__ casa, mi_variable", "una gran casa, mi_variable"),
        ("# Uno\n- dos\n- tres", "Uno.\ndos.\ntres"),
        ("Compre:\n1. Pan\n2. Vino", "Compre:\n1. Pan.\n2. Vino"),
        ("una línea que sigue en\nla otra", "una línea que sigue en\nla otra"),
        ("Hola.\nAdiós.", "Hola.\nAdiós."),
    ],
)
def test_markup_is_taken_away(written: str, left: str) -> None:
    assert plain(written)[0] == left


@pytest.mark.parametrize(
    ("written", "left_out"),
    [
        ("una __gran__ casa, mi_variable", ["__…__"]),
        ("<b>a</b> <b>c</b><!-- no -->", ["<!-- no -->", "<b>", "</b>"]),
        ("[texto](http://a.es/b)", ["[…](http://a.es/b)"]),
        ("dice[^2]", ["[^2]"]),
        ("# Uno\n* 0\n* 1", ["#", "*"]),
        ("bien~\\ref{a}", ["~\\ref{a}"]),
        ("\\emph{e}", ["\\emph{…}"]),
        ("Pan &amp; vino, $5 y $6, [sic], 1 --- 2", []),
    ],
)
def test_markup_that_is_taken_away_is_reported(written: str, left_out: list[str]) -> None:
    assert [omission.what for omission in read(written).omissions] == left_out


def test_places_are_those_of_the_source() -> None:
    text = "# Título\n- <b>Son 21</b> &euro; [1](a.es)"
    spans = [each.span for each in read(text).spans]
    assert [(span.written, text[span.start : span.end]) for span in spans] == [
        (written, written) for written in ("21</b> &euro;", "1")
    ]


@pytest.mark.parametrize(
    ("greek", "said"),
    [("λόγος", "logos"), ("σοφία", "sofía"), ("ἀρχή", "arjé"), ("πόλις", "polis"), ("οὐρανός", "uranós")],
)
def test_a_greek_word_is_written_in_latin_letters(greek: str, said: str) -> None:
    assert latin(greek) == said


@pytest.mark.parametrize("piece", ["<a ", "[a](", "$a", "__a", "\\emph{", "<!--", "&amp", "- ", "1. ", "*"])
def test_time_grows_with_the_text_only(piece: str) -> None:
    def seconds(times: int) -> float:
        begun = time.process_time()
        plain(piece * times)
        return time.process_time() - begun

    short = min(seconds(1_000) for _ in range(3))
    assert min(seconds(8_000) for _ in range(3)) < 30 * short + 0.05
