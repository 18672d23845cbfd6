"""A profile of calls of torch ends, and names the function that called the operators which grew."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.core.records import Case
from tts_baseline.gate.judge.functions import growth
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


def arm(folder: Path, rounds: int) -> Arm:
    folder.mkdir()
    (folder / "voice.py").write_text(VOICE.format(rounds=rounds))
    (folder / "pyproject.toml").write_text('[tool.tts-baseline]\npipeline = "voice:synthesize"\n')
    return Arm(name=folder.name, spec=open_project(folder, {}).worker)


def test_it_ends_and_names_who_called_the_operators(tmp_path: Path) -> None:
    arms = {"base": arm(tmp_path / "base", 20), "head": arm(tmp_path / "head", 120)}
    pace = PairPace(quads=2, timeout=60.0, load_timeout=120.0)
    taken = profile.measure(arms, [Case(id="hola", text="Hola.")], quads=2, calls=10, pace=pace)
    assert growth(taken)[0].name == "voice.vocode"
    assert "torch" not in taken.own
