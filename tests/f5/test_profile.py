"""A profile of calls of torch ends, and names the function that called the operators which grew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tts_baseline.core.records import Case
from tts_baseline.gate.judge.functions import growth, operator_growth
from tts_baseline.measure import profile
from tts_baseline.measure.pair import Arm, PairPace
from tts_baseline.session.project import open_project

VOICE = """
import numpy as np
import torch

layers = torch.nn.ModuleList([torch.nn.Linear(64, 64) for _ in range(20)])
wave = torch.ones(200, 256)


def solve(x):
    for layer in layers:
        x = torch.nn.functional.gelu(layer(x))
    return x


def vocode():
    for _ in range({rounds}):
        y = torch.fft.irfft(torch.fft.rfft(wave))
    return y


def synthesize(text):
    with torch.inference_mode():
        solve(torch.ones(8, 64))
        vocode()
    return np.full(4000, 0.1, "f4"), 16000
"""


MANY = """
import numpy as np
import torch

x = torch.rand(400, 400) / 2
OPERATORS = {{
    "cumsum": lambda: x.cumsum(0), "sort": lambda: x.sort(), "erfinv": lambda: x.erfinv(),
    "mm": lambda: x @ x, "softmax": lambda: x.softmax(1), "roll": lambda: x.roll(7),
}}


def synthesize(text):
    with torch.inference_mode():
        for name, run in OPERATORS.items():
            for _ in range(12 if name == "{slower}" else 3):
                run()
    return np.full(4000, 0.1, "f4"), 16000
"""


def arm(folder: Path, text: str) -> Arm:
    folder.mkdir()
    (folder / "voice.py").write_text(text)
    (folder / "pyproject.toml").write_text('[tool.tts-baseline]\npipeline = "voice:synthesize"\n')
    return Arm(name=folder.name, spec=open_project(folder, {}).worker)


CASES = [Case(id="hola", text="Hola.")]
PACE = PairPace(quads=2, timeout=60.0, load_timeout=120.0)


@pytest.mark.parametrize("slower", ["cumsum", "erfinv"])
def test_the_operator_that_was_made_slower_is_the_first_of_them(tmp_path: Path, slower: str) -> None:
    arms = {
        name: arm(tmp_path / name, MANY.format(slower=planted))
        for name, planted in (("base", ""), ("head", slower))
    }
    taken = profile.measure(arms, CASES, quads=1, calls=1, pace=PACE)
    first, *_ = operator_growth(taken)
    assert first.name == f"aten::{slower}"
    assert first.head_s > 2 * first.base_s > 0


def test_it_ends_and_names_who_called_the_operators(tmp_path: Path) -> None:
    arms = {
        name: arm(tmp_path / name, VOICE.format(rounds=rounds))
        for name, rounds in (("base", 20), ("head", 120))
    }
    taken = profile.measure(arms, CASES, quads=2, calls=10, pace=PACE)
    assert growth(taken)[0].name == "voice.vocode"
    assert "torch" not in taken.own
