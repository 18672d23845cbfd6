"""The page of ways to measure nothing: each row has an ending that is no pass, and a test that is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.pages import ROOT, results

_ROW = re.compile(r"^\| (?P<way>[^|]+) \| (?P<ends>[^|]+) \| `(?P<test>tests/[^|`]+)` \|$", re.MULTILINE)
ROWS = [match.groups() for match in _ROW.finditer((ROOT / "docs/nothing.md").read_text(encoding="utf-8"))]
ENDINGS = ("invalid", "failed", "refused", "no verdict", "no value", "measured by", "compared with")


def test_there_are_many_and_each_is_another() -> None:
    assert len(ROWS) >= 25
    assert len({way for way, _, _ in ROWS}) == len(ROWS)
    lines = (ROOT / "docs/nothing.md").read_text(encoding="utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| ") for line in lines) - 2 * 5  # heads and rules of five tables


def test_the_page_says_what_was_counted() -> None:
    counted = results("hostile")["nothing"]
    assert (counted["healthy"]["processes"], counted["healthy"]["accused"]) == (200, 0)
    assert (counted["others"]["processes"], counted["others"]["accused"]) == (40, 40)


@pytest.mark.parametrize(("way", "ends", "test"), ROWS, ids=[way for way, _, _ in ROWS])
def test_a_way_ends_with_no_pass_and_its_test_is_there(way: str, ends: str, test: str) -> None:
    assert ends.startswith(ENDINGS)
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
