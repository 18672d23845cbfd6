"""Drafts in few steps: good ones are kept, and each planted fault is found and spoken again in all steps."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Request
from tts_baseline.core.switches import switches
from tts_baseline.pipelines.f5_spanish.solver.drafting import DraftingSolver, fault

REQUEST = Request(text="Una frase de prueba.", seed=3)
STEPS = 8


def speech(frames: int = 200, seed: int = 0) -> torch.Tensor:
    """A log mel (1, frames, 100) that rises and falls four times a second, with noise."""
    dice = torch.Generator().manual_seed(seed)
    envelope = 1.5 * torch.sin(torch.arange(frames) * 4 * 2 * torch.pi / 93.75)
    return (envelope[:, None] - 4 + 0.3 * torch.randn(frames, 100, generator=dice)).unsqueeze(0)


def spoilt(kind: str) -> torch.Tensor:
    """A draft (1, 100, frames) with a fault of this kind; good where it is ''."""
    mel = speech(seed=1)
    if kind == "broken":
        mel[0, 5, 5] = torch.nan
    elif kind == "level":
        mel += 4
    elif kind == "dead air":
        mel[0, 100:175] = -8.5
    elif kind == "flat":
        mel = mel.mean(dim=1, keepdim=True).expand_as(mel).clone()
    return mel.permute(0, 2, 1)


@pytest.mark.parametrize("kind", ["", "broken", "level", "dead air", "flat"])
def test_each_fault_is_found_by_its_name_and_good_speech_has_none(kind: str) -> None:
    assert fault(spoilt(kind), speech()) == kind


def test_half_a_second_of_silence_is_a_pause_and_a_blink_is_not_looked_at() -> None:
    mel = speech(seed=1)
    mel[0, 100:147] = -8.5
    assert fault(mel.permute(0, 2, 1), speech()) == ""
    assert fault(torch.full((1, 100, 5), -50.0), speech()) == ""


class Scripted:
    """Stands in for a solver: says what it is told, and remembers for which jobs it was asked."""

    times = (0.0, 0.5)

    def __init__(self, *mels: torch.Tensor) -> None:
        self.mels_of = list(mels)
        self.asked: list[Any] = []

    def mels(self, _: Any, jobs: Any) -> list[torch.Tensor]:
        self.asked += jobs
        return [self.mels_of[index] for index in range(len(jobs))]


class Job:
    def __init__(self) -> None:
        self.reference = type("Clip", (), {"mel": speech()})


@pytest.mark.parametrize("kind", ["broken", "level", "dead air", "flat"])
def test_a_bad_draft_alone_is_made_again(kind: str) -> None:
    good, again = spoilt(""), spoilt("") + 0.1
    draft, full = Scripted(good, spoilt(kind), good), Scripted(again)
    solver = DraftingSolver(draft, full)  # type: ignore[arg-type]
    jobs = [Job(), Job(), Job()]
    first, second, third = solver.mels(None, jobs)  # type: ignore[arg-type]
    assert full.asked == [jobs[1]]
    assert first is good
    assert second is again
    assert third is good
    assert (solver.faults.drafts, solver.faults.again, solver.faults.kinds) == (3, 1, {kind: 1})


def test_drafts_that_pass_are_those_of_few_steps_and_others_those_of_all(
    build: Any, monkeypatch: Any
) -> None:
    from tts_baseline.pipelines.f5_spanish.solver import drafting

    few, many = build(steps=7), build(steps=STEPS)
    said = {}
    for found in ("", "level"):
        monkeypatch.setattr(drafting, "fault", lambda *_, found=found: found)
        drafting_voice = build(steps=STEPS, optimize=("draft_verify", "adaln_table"))
        said[found] = drafting_voice.synthesize(REQUEST).samples.tobytes()
        faults = drafting_voice.engine.parts.solver.faults
        assert (faults.drafts, faults.again) == (1, int(bool(found)))
    assert said[""] == few.synthesize(REQUEST).samples.tobytes()
    assert said["level"] == many.synthesize(REQUEST).samples.tobytes()


def test_the_proof_tells_what_was_drafted(build: Any) -> None:
    voice = build(steps=STEPS, optimize=("draft_verify",))
    voice.synthesize(REQUEST)
    proof = switches("f5_spanish")["draft_verify"].proof(voice.engine.parts)
    assert proof.text == "drafts of 7 steps, verified; 8 where one has a fault"
    assert proof.counters == {"drafts": 1}


def test_where_the_settings_ask_for_no_more_steps_it_is_refused(build: Any) -> None:
    with pytest.raises(SettingsError, match="drafts in 7 steps, and the settings ask for 7"):
        build(steps=7, optimize=("draft_verify",))
