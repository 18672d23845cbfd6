"""The public door hands names on, defines nothing, and is cheap to open."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tts_baseline import extend, testing


@pytest.mark.parametrize("door", [extend, testing])
def test_it_hands_on_what_it_imports_and_defines_nothing(door) -> None:
    body = ast.parse(Path(door.__file__).read_text(encoding="utf-8")).body
    docstring, *imports, names = body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(statement, ast.ImportFrom) for statement in imports)
    handed = [alias.name for statement in imports for alias in statement.names]
    assert sorted(handed) == sorted(ast.literal_eval(names.value)) == sorted(door.__all__)


@pytest.mark.parametrize("door", [extend, testing])
def test_whatever_it_hands_on_says_what_it_is(door) -> None:
    assert all(getattr(door, name).__doc__ for name in door.__all__)


@pytest.mark.parametrize(
    ("door", "heavy"),
    [("extend", {"numpy", "scipy", "soxr", "torch", "pytest"}), ("testing", {"scipy", "torch", "pytest"})],
)
def test_opening_it_imports_nothing_heavy(door: str, heavy: set[str]) -> None:
    """Whoever writes a metric imports `extend`, and metrics are looked up whenever the plugin starts."""
    script = f"import sys, tts_baseline.{door}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert heavy.isdisjoint(done.stdout.split())
