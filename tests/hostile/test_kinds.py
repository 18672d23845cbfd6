"""Each of the 32 kinds of fault has tests of itself and of three siblings, and they are there."""

from __future__ import annotations

import ast
from functools import cache

import kinds
import pytest
from kinds import Kind

from tests.support import REPOSITORY

ALL = kinds.kinds()


@cache
def functions(file: str) -> frozenset[str]:
    """The names of a file's test functions, '::' after those of classes."""
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    bodies = {"": tree.body}
    bodies |= {f"{node.name}::": node.body for node in tree.body if isinstance(node, ast.ClassDef)}
    return frozenset(
        f"{place}{node.name}"
        for place, body in bodies.items()
        for node in body
        if isinstance(node, ast.FunctionDef)
    )


@cache
def words(folder: str) -> str:
    """All that the tests of a folder, and the data beside them, say."""
    paths = (path for kind in ("py", "toml") for path in sorted((REPOSITORY / folder).rglob(f"*.{kind}")))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_kind_is_there_once() -> None:
    assert [kind.number for kind in ALL] == list(range(1, 33))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: str(kind.number))
def test_a_kind_has_siblings_and_its_tests_exist(kind: Kind) -> None:
    assert len(kind.siblings) >= 3
    assert len(set(kind.siblings)) == len(kind.siblings)
    assert kind.tests
    assert kind.edits
    for test in kind.tests:
        file, _, name = test.partition("::")
        function, _, row = name.partition("[")
        assert function in functions(file), test
        assert not row or f'"{row.removesuffix("]")}"' in words(file.rpartition("/")[0]), test


def test_rows_are_of_their_test() -> None:
    assert kinds.is_of("tests/x.py::test_it[a]", "tests/x.py::test_it")
    assert kinds.is_of("tests/x.py::test_it[a]", "tests/x.py::test_it[a]")
    assert not kinds.is_of("tests/x.py::test_it_too", "tests/x.py::test_it")
    assert not kinds.is_of("tests/x.py::test_it[b]", "tests/x.py::test_it[a]")
