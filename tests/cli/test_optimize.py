"""`tts-baseline optimize` on a pipeline whose switches have planted gains and planted damage."""

from __future__ import annotations

import json
import re
from unittest.mock import patch

import msgspec
import pytest

from tests.support.git_folder import Folder, new
from tts_baseline.baseline import presets
from tts_baseline.core.preset import Preset
from tts_baseline.session.judge import bench
from tts_baseline.session.project import open_project

VOICE = """
import time

import numpy as np

from tts_baseline.extend import Proof, Switch, SwitchSpec

KEPT = {}


class Voice:
    seconds, steps, length, level = 0.02, 16, 1.0, 0.5

    def __init__(self, **changes):
        self.__dict__.update(changes)

    @property
    def provenance(self):
        return {"steps": str(self.steps)}

    def synthesize(self, request):
        time.sleep(self.seconds)
        dice = np.random.default_rng([request.seed, *map(ord, request.text)])
        said = self.level * np.sin(np.arange(int(16000 * self.length)) / (10 + len(request.text)))
        return (said + 0.01 * dice.standard_normal(said.size)).astype("f4"), 16000


class Keeping(Voice):
    def synthesize(self, request):
        key = request.text, request.seed
        if key not in KEPT:
            KEPT[key] = super().synthesize(request)
        return KEPT[key]


def planted(name, made=Voice, equality="perceptual", bound=0.0, excludes=(), **changes):
    def apply(voice):
        other = made(**{**voice.__dict__, **changes})
        other.seconds = voice.seconds * changes.get("factor", 1.0)
        other.on = {*getattr(voice, "on", ()), name}
        return other

    spec = SwitchSpec(
        name=name, stage="network", equality=equality,
        bound=None if equality == "bit-exact" else bound, excludes=excludes,
    )
    return Switch(spec, apply, lambda v: Proof(name, {"it": 1}) if name in getattr(v, "on", ()) else None)


Voice.switches = {
    switch.spec.name: switch
    for switch in (
        planted("half", factor=0.2),
        planted("third", equality="bit-exact", factor=0.25),
        planted("cut", factor=0.3, length=0.7),
        planted("steps", factor=0.5, steps=8),
        planted("kept", made=Keeping),
    )
}
"""

PROJECT = """
[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
limits = { latency = "15%", cold_start = "100000%", memory = "100000%" }
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola a todos."
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = new(tmp_path_factory.mktemp("optimize"), PROJECT, SUITE)
    (folder.root / "voice.py").write_text(VOICE, encoding="utf-8")
    folder.commit("it speaks")
    return folder


@pytest.fixture(scope="module")
def found(folder: Folder) -> Preset:
    with patch.object(bench, "RESTART_S", 0.2):
        answer = folder.call("optimize", "--json")
    assert answer.status == 0, answer.err
    return msgspec.convert(json.loads(answer.out)["preset"], Preset)


def test_the_planted_gains_make_the_preset_and_planted_damage_is_refused(found: Preset) -> None:
    assert found.switches == ("half", "third")
    alone = {each.switches[0]: each for each in found.attempts if len(each.switches) == 1}
    assert {name for name, each in alone.items() if each.verdict == "faster"} == {"half", "third"}
    refused = {name: "; ".join(alone[name].reasons) for name in ("cut", "steps", "kept")}
    assert {alone[name].verdict for name in refused} == {"refused"}
    assert "duration regressed" in refused["cut"]
    assert "no switch was asked to change steps: 16 -> 8" in refused["steps"]
    assert "the answer is kept" in refused["kept"]
    assert found.proven is not None
    assert found.proven.time.high < 0
    assert found.proofs == {"switch half": "half", "switch third": "third"}
    assert found.stopped == ""


def test_the_preset_is_switched_on_by_its_name(found: Preset, folder: Folder) -> None:
    project = open_project(folder.root, {"optimize": "fast"})
    assert project.settings.optimize == ("half", "third")
    assert project.variant("cpu") == "cpu+half+third"
    assert project.switched(["fast", "half"]) == ("half", "third")
    assert open_project(folder.root, {"optimize": "fost"}).settings.optimize == ("fost",)


def test_everything_that_was_tried_is_kept_with_a_plot(found: Preset, folder: Folder) -> None:
    (kept,) = {path.parent for path in folder.root.glob(".tts-baseline/optimize-*/optimization.json")}
    assert "half+third" in (kept / "report.md").read_text()
    plot = (kept / "pareto.svg").read_text()
    assert all(name in plot for name in ("half", "cut", "reference", "refused"))
    judged = {each.judged for each in found.attempts if each.judged}
    assert all((kept.parent / name / "judge.json").is_file() for name in judged)


def test_a_preset_that_is_damaged_is_said(folder: Folder) -> None:
    path = presets.path_of(folder.root / "baselines", "voice:Voice", "bad")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"schema": 2}')
    answer = folder.call("run", "--optimize", "bad")
    assert answer.status == 2
    assert str(path) in answer.err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--name", "half"), "half is a switch"),
        (("--name", "None"), "a preset's name"),
        (("--switches", "hulf"), r"no switch 'hulf' \(did you mean 'half'"),
        (("--target", "speed=3"), "--target is rtf=NUMBER"),
        (("--max-quality-loss", "-1"), "--max-quality-loss is a share"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(folder: Folder, words: tuple[str, ...], what: str) -> None:
    answer = folder.call("optimize", *words)
    assert answer.status == 2
    assert re.search(what, answer.err), answer.err
    assert "next" in answer.err
