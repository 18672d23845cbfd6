"""A soak in a real worker: what it holds after each request, and the line that keeps it."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path

import pytest

from tests.measure.conftest import worker_spec
from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.records import Case
from tts_baseline.core.soak import Soak
from tts_baseline.measure.soak import soak
from tts_baseline.pipelines import _prepare
from tts_baseline.stats.slope import slope

LEAKING = """
import numpy as np
from tts_baseline import Utterance

kept = []


def synthesize(request):
    kept.append(np.ones(200_000, "u1"))
    return Utterance(samples=np.full(800 + 100 * len(request.text), 0.1, "f4"), sample_rate=16000)


class Voice:
    def synthesize(self, request):
        return synthesize(request)
"""
CASES = [Case(id=name, text=name) for name in ("uno", "dos", "tres")]
HAS_MEMRAY = importlib.util.find_spec("memray") is not None


def soaked(root: Path, requests: int = 100, **options) -> Soak:
    (root / "leaky.py").write_text(LEAKING)
    spec = worker_spec(root, "leaky:Voice", f"{_prepare.__name__}:prepare")
    spec = type(spec)(**{name: getattr(spec, name) for name in spec.__struct_fields__}
                      | {"settings": {}, "paths": (str(root), *spec.paths)})  # fmt: skip
    usual = {"timeout": 20, "load_timeout": 20, "deadline": math.inf}
    return soak(spec, CASES, requests, **usual | options)


def test_what_stays_of_each_request_is_held(tmp_path: Path) -> None:
    found = soaked(tmp_path)
    assert (len(found.held), found.warm, found.lines) == (100, 25, ())
    assert slope(found.held[found.warm :]).value == pytest.approx(200_000, rel=0.1)
    assert found.peak >= max(found.held) - 2**23


@pytest.mark.skipif(not HAS_MEMRAY, reason="memray is an extra")
def test_memray_names_the_line_that_keeps_it(tmp_path: Path) -> None:
    line = soaked(tmp_path, 60, traced=True).lines[0]
    number = 1 + LEAKING.splitlines().index('    kept.append(np.ones(200_000, "u1"))')
    assert line.where == f"leaky.py:{number} in synthesize"
    assert line.bytes == pytest.approx(200_000, rel=0.05)


def test_it_ends_at_its_deadline(tmp_path: Path) -> None:
    assert soaked(tmp_path, deadline=-math.inf) == Soak(held=(), warm=3)


def test_lines_without_memray_are_refused_before_anything_is_measured(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "memray", None)
    with pytest.raises(MissingExtra, match="memray"):
        soaked(tmp_path, traced=True)
