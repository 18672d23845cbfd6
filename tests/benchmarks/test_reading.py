"""A sample of what `benchmarks/reading/planted.py` plants: the edits are edits, and its check is strict."""

from __future__ import annotations

import json
import random
import runpy
from pathlib import Path

import pytest

from tests.support import REPOSITORY

BENCHMARK = REPOSITORY / "benchmarks" / "reading"
PLANTED = runpy.run_path(str(BENCHMARK / "planted.py"))
ROW = '[[unit]]\nwritten = ["km"]\none = "kilómetro"\nsource = "SI"\nexamples = [["1 km", "Un kilómetro"]]\n'


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("letter", ROW.replace('"kilómetro"', '"kilómetrx"')),
        ("word", ROW.replace('"kilómetro"', '"palabra"')),
        ("more", ROW.replace('"kilómetro"', '"kilómetro entero"')),
        ("removed", ""),
    ],
)
def test_an_edit_leaves_the_sentences_and_the_source(kind: str, row: str) -> None:
    assert PLANTED["edited"](ROW, kind, random.Random(0)) == row


@pytest.mark.parametrize(
    ("reason", "is_shown"),
    [("a las [-10-]{+diez+} de", True), ("a las [-10-] de", False), ("{+diez+}", False), ("", False)],
)
def test_every_word_that_differs_has_to_be_marked(reason: str, is_shown: bool) -> None:  # noqa: FBT001
    assert PLANTED["shows"](reason, "a las 10 de", "a las diez de") is is_shown


def test_the_sentences_are_the_examples_of_the_data(tmp_path: Path) -> None:
    file = tmp_path / "rows.toml"
    file.write_text(ROW, encoding="utf-8")
    assert [*PLANTED["sentences"]([file])] == [("1 km", "neutral")]
    assert [*PLANTED["blocks"](file)] == [(0, len(ROW))]


def test_what_was_counted_is_what_was_promised() -> None:
    counts = json.loads((BENCHMARK / "results.json").read_text())["planted"]
    assert (counts["changes"], counts["regressed_with_the_diff"]) == (100, 100)
    assert (counts["unchanged_runs"], counts["alarms"]) == (20, 0)
