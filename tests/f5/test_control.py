"""A pace acts on the embedded voice, is named, and another seed is no pace."""

from __future__ import annotations

from typing import Any

import pytest

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Reading, Request
from tts_baseline.metrics.prosody import control
from tts_baseline.pipelines.f5_spanish import create

TEXT = "La puerta del jardín quedó abierta."


@pytest.fixture(scope="module")
def voice() -> Any:
    return create(settings={"weights": "embedded"})


@pytest.fixture(scope="module")
def moved(voice: Any) -> dict[str, Reading]:
    """What `control` reads of each, beside the plain sentence."""
    plain = voice.synthesize(Request(text=TEXT))
    said = {
        "fast": Request(text=f"[fast] {TEXT}"),
        "slow": Request(text=f"[slow] {TEXT}"),
        "seed": Request(text=TEXT, seed=1),
    }
    return {
        name: control.read(Evidence(utterances=(voice.synthesize(request),), neutral=plain))
        for name, request in said.items()
    }


@pytest.mark.parametrize(("name", "note"), [("fast", "pace +"), ("slow", "pace -")])
def test_a_pace_acts_and_is_named(moved: dict[str, Reading], name: str, note: str) -> None:
    assert moved[name].value > 2
    assert note in moved[name].note


def test_another_seed_is_no_control(moved: dict[str, Reading]) -> None:
    assert moved["seed"].value < 1
