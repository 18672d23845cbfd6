"""Text from outside, made fit for a terminal, a CI log, a Markdown page, a file's name, a record."""

from __future__ import annotations

import json
import random
import string

import pytest

from tts_baseline.core import outside
from tts_baseline.core.outside import (
    ci_log,
    code,
    filename,
    json_text,
    line,
    markdown,
    paragraph,
    row,
    storable,
    terminal,
)

LINES = {
    "Año ¿qué? 你好 🙂": "Año ¿qué? 你好 🙂",
    "a\nb\r\nc\td\x0be\x85f\u2028g\u00a0h": "a b  c d e f g h",
    "\x1b[31mred\x07\x00\x7f": "\\x1b[31mred\\x07\\x00\\x7f",
    "\x9b2J\x9d52;c;aGk=\x9c": "\\x9b2J\\x9d52;c;aGk=\\x9c",
    "\u202egnp\u2066x\u2069\u200f": "\\u202egnp\\u2066x\\u2069\\u200f",
    "caf\udce9": "caf\\udce9",
    "\U000e0041\u200b\ufeff": "\\U000e0041\\u200b\\ufeff",
}


@pytest.mark.parametrize("given", LINES, ids=ascii)
def test_a_line_has_nothing_but_what_can_be_printed(given: str) -> None:
    assert line(given) == LINES[given]


def test_a_terminal_gets_lines_and_no_command() -> None:
    assert terminal("one\n  ::error::two\r\x1b[2Jthree") == "one\n  : :error::two \\x1b[2Jthree"


def test_only_colors_pass_and_only_where_they_are_ours() -> None:
    drawn = "\x1b[1;31mREGRESSED\x1b[0m \x1b[2J\x1b]52;c;eA==\x07"
    assert terminal(drawn, colors=True) == "\x1b[1;31mREGRESSED\x1b[0m \\x1b[2J\\x1b]52;c;eA==\\x07"
    assert "\x1b" not in terminal(drawn)


COMMANDS = {
    "::set-output name=x::y": ": :set-output name=x::y",
    "\t ::add-mask::x": "\t : :add-mask::x",
    "tests/test_x.py::test_y ::z": "tests/test_x.py::test_y ::z",
    "##vso[task.setvariable variable=x]y": "# #vso[task.setvariable variable=x]y",
    "log: ##teamcity[buildStatus]": "log: # #teamcity[buildStatus]",
    "##[set-env name=x]y": "# #[set-env name=x]y",
    "## a heading": "## a heading",
}


@pytest.mark.parametrize("given", COMMANDS)
def test_no_line_is_a_command_to_a_runner(given: str) -> None:
    assert ci_log(given) == COMMANDS[given]


PAGES = {
    "steps 16 -> 7, cold_start [+11.2, +18.0] <= 5.0%": "steps 16 -> 7, cold_start [+11.2, +18.0] <= 5.0%",
    "a|b\\|c\nd": "a\\|b\\\\\\|c d",
    "<img src=x onerror=1> &lt;b&gt;": "&lt;img src=x onerror=1> &amp;lt;b&amp;gt;",
    "[x](javascript:1) ![y][z] [w]: v": "[x]\\(javascript:1) ![y]\\[z] [w]\\: v",
    "*b* _i_ ~~s~~ $x$": "\\*b\\* _i\\_ \\~\\~s\\~~ \\$x\\$",
    "aten._local_dense __init__": "aten._local_dense __init\\_\\_",
    "set `load_timeout`, ``a` <b>` or `c": "set `load_timeout`, \\``a` &lt;b>\\` or \\`c",
    "@team a@b.example #12 GH-7 o/r#3 !5": (
        "@&#8203;team a@&#8203;b.example #&#8203;12 GH-&#8203;7 o/r#&#8203;3 !&#8203;5"
    ),
    "see HTTP://x.example, www.x.example": "see HTTP:&#8203;//x.example, www&#8203;.x.example",
    "voice:say @ cpu+bf16": "voice:say @ cpu+bf16",
    "\x1b[31m": "\\\\x1b[31m",
}


@pytest.mark.parametrize("given", PAGES, ids=ascii)
def test_markdown_takes_it_for_nothing_but_text(given: str) -> None:
    assert markdown(given) == PAGES[given]


@pytest.mark.parametrize(
    "cells", [["c1", "4.64 dB → 1.89 dB"], ["", "1"], ["a\nb", "c"], ["a\n", "b|c"], ["a  b", " c "], []]
)
def test_the_cells_of_a_row_are_what_markdown_makes_of_each(cells: list[str]) -> None:
    assert row(cells) == f"| {' | '.join(map(markdown, cells))} |"


PARAGRAPHS = {
    "# head": "\\# head",
    "> quote": "\\> quote",
    "- item": "\\- item",
    "12) item": "12\\) item",
    "-1.2 dB": "-1.2 dB",
    "#12": "#&#8203;12",
}


@pytest.mark.parametrize("given", PARAGRAPHS)
def test_a_paragraph_begins_nothing_else(given: str) -> None:
    assert paragraph(given) == PARAGRAPHS[given]


def test_code_cannot_be_left() -> None:
    assert code("r1` <b>\n@x") == "`r1' <b> @x`"
    assert code("") == "` `"


NAMES = {
    "my_tts.speech:Voice": "my_tts.speech-voice",
    "../../etc/passwd": "etc-passwd",
    "": "_",
    "..": "_",
    ".-": "_",
    "-rf": "rf",
    "a\0b/c\nd": "a-b-c-d",
    "cpu+bf16.studio": "cpu-bf16.studio",
}


@pytest.mark.parametrize("given", NAMES, ids=ascii)
def test_a_file_name_stays_in_its_folder(given: str) -> None:
    assert filename(given) == NAMES[given]


def test_long_names_are_cut_and_stay_apart() -> None:
    one, other = filename("a" * 300 + "x"), filename("a" * 300 + "y")
    assert one != other
    assert max(len(one), len(other)) < 120


def test_what_no_file_can_hold_is_escaped() -> None:
    assert storable("caf\udce9 año") == "caf\\udce9 año"
    storable("caf\udce9").encode()


def test_json_keeps_the_text_and_obeys_nothing() -> None:
    told = {"é\x9b\u202e\x7f": "🙂\x1b"}
    page = json_text(json.dumps(told, ensure_ascii=False))
    assert page.isascii()
    assert page.isprintable()
    assert json.loads(page) == told


def test_neither_json_nor_markdown_holds_a_command_in_the_midst_of_a_line() -> None:
    given = "log: ##[command]x ###vso[y]"
    page = json_text(json.dumps(given))
    assert "##" not in page
    assert json.loads(page) == given
    assert "##[" not in markdown(given)
    assert "##vso[" not in markdown(given)


def test_nothing_that_is_taken_for_plain_would_be_marked_or_linked() -> None:
    dice = random.Random(0)
    parts = [*string.printable, "→", "www.", "GH-1", "http://", "mailto:", "@a", "#1", "](", "_a_", "`a`"]
    texts = {"".join(dice.choices(parts, k=dice.randint(1, 6))) for _ in range(30_000)}
    plain = [text for text in texts if outside._PLAIN.fullmatch(text)]
    assert len(plain) > 500
    assert [text for text in plain if outside._MARKS.search(text) or outside._LINKS.search(text)] == []
