"""The solver that records, with a recorder for any device, which plays by computing again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Request
from tts_baseline.core.switches import choose, switches
from tts_baseline.pipelines.f5_spanish.parts import Job, Parts
from tts_baseline.pipelines.f5_spanish.solver.recorded import GRAIN, MOST, RecordedSolver

STEPS = 3


class AnyRecorder:
    """As a CUDA graph, a recording has one place for each input and one for what comes out."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(
        self, function: Callable[..., Tensor], inputs: Sequence[Tensor]
    ) -> Callable[[Sequence[Tensor]], Tensor]:
        self.lengths.append(inputs[0].shape[1])
        held = [each.clone() for each in inputs]
        out = function(*held)

        def play(given: Sequence[Tensor]) -> Tensor:
            for place, each in zip(held, given, strict=True):
                place.copy_(each)
            out.copy_(function(*held))
            return out.clone()

        return play


@pytest.fixture
def spoken(build: Any) -> tuple[Parts, list[Job]]:
    """A pipeline's parts, and jobs of several lengths."""
    pipeline = build("v1", steps=STEPS)
    texts = ("Hola.", "Una frase de prueba.", "¿Y una más larga, que pregunta por la primera?", "Adiós.")
    jobs = []
    for seed, text in enumerate(texts):
        request = Request(text=text, seed=seed)
        jobs += pipeline.jobs(request, pipeline.plan(request))
    return pipeline.engine.parts, jobs


def test_what_is_played_is_what_the_reference_says_of_jobs_of_any_length(
    spoken: tuple[Parts, list[Job]],
) -> None:
    parts, jobs = spoken
    recorder = AnyRecorder()
    solver = RecordedSolver(parts.solver, recorder)  # type: ignore[arg-type]
    assert solver.times == parts.solver.times
    for _ in range(2):
        for job in jobs:
            (plain,) = parts.solver.mels(parts.network, [job])
            (played,) = solver.mels(parts.network, [job])  # type: ignore[arg-type]
            assert played.shape == plain.shape
            assert float((played - plain).abs().max()) < 1e-4 * float(plain.abs().max())
    assert recorder.lengths == list(dict.fromkeys(-(-job.frames // GRAIN) * GRAIN for job in jobs))
    assert 1 < len(recorder.lengths) == solver.recordings < solver.plays == 2 * len(jobs)


def test_what_was_said_stays_when_the_next_is_played(spoken: tuple[Parts, list[Job]]) -> None:
    parts, jobs = spoken
    solver = RecordedSolver(parts.solver, AnyRecorder())  # type: ignore[arg-type]
    (first,) = solver.mels(parts.network, jobs[:1])  # type: ignore[arg-type]
    kept = first.clone()
    solver.mels(parts.network, [jobs[0], *jobs])  # type: ignore[arg-type]
    assert torch.equal(first, kept)


def test_the_recording_longest_unused_makes_room(spoken: tuple[Parts, list[Job]]) -> None:
    parts, jobs = spoken
    recorder = AnyRecorder()
    solver = RecordedSolver(parts.solver, recorder)  # type: ignore[arg-type]
    job = jobs[0]
    lengths = [Job(**{**_fields(job), "frames": job.frames + GRAIN * extra}) for extra in range(MOST + 1)]
    solver.mels(parts.network, lengths[:MOST])  # type: ignore[arg-type]
    solver.mels(parts.network, [lengths[0], lengths[MOST]])  # type: ignore[arg-type]
    assert solver.recordings == MOST + 1
    solver.mels(parts.network, [lengths[0]])  # type: ignore[arg-type]
    assert solver.recordings == MOST + 1
    solver.mels(parts.network, [lengths[1]])  # type: ignore[arg-type]
    assert solver.recordings == MOST + 2


def test_a_cpu_records_no_graph() -> None:
    known = switches("f5_spanish")
    with pytest.raises(SettingsError, match="cuda_graph"):
        choose(known, ["cuda_graph"], pipeline="f5_spanish", device="cpu")


def _fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in job.__struct_fields__}
