"""Switches that a user's own pipeline declares: chosen, applied to what was loaded, and proven."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.support.pages import blocks
from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines import _prepare
from tts_baseline.testing import check_switch

HOLA = Request(text="Hola.")
VOICE = """
from tts_baseline.core.switches import Needs, Proof, Switch, SwitchSpec

log = []

def louder(voice):
    log.append("applied")
    other = Voice()
    other.level = 0.5
    return other

def proof(voice):
    return Proof("level 0.5", {"level": 1}) if voice.level == 0.5 else None

def spec(name, **more):
    return SwitchSpec(name=name, stage="network", equality="perceptual", bound=-20.0, **more)

class Voice:
    provenance = {"voice": "ana"}
    switches = {
        "loud": Switch(spec("loud"), louder, proof),
        "idle": Switch(spec("idle"), lambda voice: voice, proof),
        "gpu": Switch(spec("gpu", needs=Needs(devices=("cuda",))), louder, proof),
    }
    level = 0.25
    def load(self):
        log.append("loaded")
    def synthesize(self, request):
        return [self.level], 16000

def create():
    return Voice()

def wanting(optimize=()):
    log.append(optimize)
    return Voice()

voice = Voice()

class Misdeclared(Voice):
    switches = ["loud"]
class Misnamed(Voice):
    switches = {"quiet": Voice.switches["loud"]}
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "switched_voice.py").write_text(VOICE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "switched_voice", raising=False)
    import importlib

    return importlib.import_module("switched_voice")


def prepared(attribute: str, *optimize: str) -> Any:
    target = f"switched_voice:{attribute}"
    return _prepare.prepare(target, {}, device="cpu", optimize=optimize)()


@pytest.mark.parametrize("attribute", ["Voice", "create", "voice", "wanting"])
def test_a_switch_is_applied_to_what_was_loaded_and_proven(module: ModuleType, attribute: str) -> None:
    live = prepared(attribute, "loud")
    assert live.synthesize(HOLA).samples.tolist() == [0.5]
    assert live.provenance == {"voice": "ana", "switch loud": "level 0.5"}
    assert [entry for entry in module.log if isinstance(entry, str)] == ["loaded", "applied"]


@pytest.mark.usefixtures("module")
def test_off_it_is_not_called() -> None:
    live = prepared("Voice")
    assert live.synthesize(HOLA).samples.tolist() == [0.25]
    assert live.provenance == {"voice": "ana"}


def test_a_factory_that_takes_optimize_is_told_too(module: ModuleType) -> None:
    prepared("wanting", "loud")
    assert ("loud",) in module.log


@pytest.mark.parametrize(
    ("optimize", "fault"),
    [
        (("laud",), r"Voice has no switch 'laud' \(did you mean 'loud'\?\); it has: loud, idle, gpu"),
        (("gpu",), "gpu needs cuda, not cpu"),
    ],
)
def test_what_it_does_not_know_or_cannot_do_is_refused_before_it_is_loaded(
    module: ModuleType, optimize: tuple[str, ...], fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault):
        prepared("Voice", *optimize)
    assert module.log == []


@pytest.mark.usefixtures("module")
def test_a_switch_that_cannot_prove_itself_is_an_error() -> None:
    with pytest.raises(PipelineError, match="the switch idle is on, and there is no proof"):
        prepared("Voice", "idle")


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("attribute", ["Misdeclared", "Misnamed"])
def test_switches_that_are_no_switches_are_refused(attribute: str) -> None:
    with pytest.raises(PipelineError, match="are no mapping of names to"):
        prepared(attribute)


def test_the_one_that_the_manual_shows_keeps_its_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = blocks("docs/switches.md", "python")
    (tmp_path / "shown_voice.py").write_text(shown, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    live = _prepare.prepare("shown_voice:Voice", {}, device="cpu", optimize=("half",))()
    assert live.provenance == {"switch half": "sines in float16"}
    voice = sys.modules["shown_voice"].Voice
    switch = voice.switches["half"]
    margin = check_switch(switch, lambda chosen: chosen[0].apply(voice()) if chosen else voice(), [HOLA])
    assert margin == pytest.approx(75, abs=5)
    assert np.isfinite(live.synthesize(HOLA).samples).all()
