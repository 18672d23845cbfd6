"""A batch says what its requests say alone; jobs, the vocoder's overlap, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.support import small
from tts_baseline.core.errors import RequestFailed, SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.plan import Chunk

REQUESTS = (
    Request(text="Hola.", seed=1),
    Request(text="Primero llegó la lluvia. [pause 200ms] Después vino el viento del sur.", seed=2),
    Request(text="---", seed=3),
    Request(text="Una frase cualquiera.", seed=2, speed=1.6),
    Request(text="Una frase cualquiera.", seed=4, style="happy"),
)


@pytest.fixture
def pipeline(build: Any, models: dict[str, small.Small], tmp_path: Any) -> Any:
    clips = [
        {"audio": str(models["v0"].reference), "text": small.TRANSCRIPT},
        {
            "audio": str(small.make_reference(tmp_path / "happy.wav", seconds=2.0)),
            "text": "Qué alegría verte.",
            "style": "happy",
        },
    ]
    return build(steps=2, references=clips)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 1, 0, 3, 2)])
def test_every_request_of_a_batch_has_the_samples_that_it_has_alone(
    pipeline: Any, order: tuple[int, ...]
) -> None:
    alone = [pipeline.synthesize(request) for request in REQUESTS]
    assert [utterance.samples.size > 0 for utterance in alone] == [True, True, False, True, True]
    batch = pipeline.synthesize_batch([REQUESTS[index] for index in order])
    for index, utterance in zip(order, batch, strict=True):
        assert utterance.samples.tobytes() == alone[index].samples.tobytes()
        assert utterance.stages.keys() == alone[index].stages.keys()
        assert utterance.solved == alone[index].solved


def test_the_seconds_of_model_and_vocoder_are_the_batchs(pipeline: Any) -> None:
    first, silent, second = pipeline.synthesize_batch([REQUESTS[0], REQUESTS[2], REQUESTS[3]])
    assert (silent.solved, [steps for each in (first, second) for _, steps in each.solved]) == ((), [2, 2])
    assert first.stages["model"] == second.stages["model"] > 0
    assert first.stages["vocoder"] == second.stages["vocoder"] > 0
    assert silent.stages.keys() == {"text", "post", "enhance"}


def test_an_empty_batch_and_one_with_a_bad_request(pipeline: Any) -> None:
    assert pipeline.synthesize_batch([]) == []
    with pytest.raises(RequestFailed, match="sad"):
        pipeline.synthesize_batch([REQUESTS[0], Request(text="Hola.", style="sad")])


def test_a_job_is_long_enough_to_say_something(pipeline: Any) -> None:
    (job,) = pipeline.jobs(REQUESTS[0], pipeline.plan(REQUESTS[0]))
    given = job.reference.mel.shape[1]
    assert job.frames > given
    assert job.frames > len(job.tokens)
    hasty = Chunk(text="a" * 3000, first=0, last=0, speed=50.0)
    many = pipeline.engine.job(hasty, job.reference, seed=1, index=0)
    assert many.frames == len(many.tokens) + 1


def test_what_the_vocoders_overlap_shares_is_enough_to_cut_a_mel(pipeline: Any) -> None:
    vocoder, frames, hop = pipeline.engine.parts.vocoder, 120, 256
    mel = torch.randn(1, 100, frames, generator=torch.Generator().manual_seed(1))
    (complete,) = vocoder.waves([mel])
    start = 40
    (cut,) = vocoder.waves([mel[:, :, start:]])
    assert complete.shape == (hop * (frames - 1),)
    settled = vocoder.overlap * hop
    np.testing.assert_allclose(complete[start * hop + settled :], cut[settled:], atol=1e-5)
    early = slice(settled - 2 * hop, settled - hop)
    assert not np.allclose(complete[start * hop :][early], cut[early], atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "optimize", "fault", "hint"),
    [
        ({"dtype": "bf16"}, (), "dtype is a switch and no setting", "--tts-optimize bf16"),
        ({}, ("bf61",), "did you mean 'bf16'", "--tts-optimize none"),
        ({}, ("fp16",), "fp16 needs cuda, not cpu", "--tts-device cuda"),
        ({}, ("bf16", "fp16"), "exclude each other", "--tts-optimize"),
    ],
)
def test_what_it_cannot_do_is_refused_before_anything_is_loaded(
    settings: dict[str, Any], optimize: tuple[str, ...], fault: str, hint: str
) -> None:
    with pytest.raises(SettingsError, match=fault) as refused:
        create(settings={"checkpoint": "nowhere", **settings}, optimize=optimize)
    assert hint in refused.value.hint
