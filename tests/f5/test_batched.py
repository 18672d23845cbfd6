"""Under the switch `batched` requests and chunks share passes, and say what each says alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.support import small
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network import transformer
from tts_baseline.pipelines.f5_spanish.network.blocks import Attention
from tts_baseline.pipelines.f5_spanish.network.embeddings import ConvolutionalPositions

SAID = "Una frase de prueba que no es tan corta"
# Of eight lengths within a bucket and beyond, one of two chunks; seeds and paces of their own.
REQUESTS = (
    *(Request(text=f"{SAID}{'.' * (1 + 2 * number)}", seed=number) for number in range(4)),
    Request(text=f"{SAID}. [pause 200ms] {SAID}, y otra.", seed=4),
    Request(text=SAID, seed=5, speed=1.1),
    Request(text=f"{SAID} ni tan larga.", seed=6),
    Request(text="Hola.", seed=7),
)
BESIDE = ("adaln_table", "fused_norm", "fused_qkv", "packed")


@pytest.fixture(scope="module")
def averaged(tmp_path_factory: pytest.TempPathFactory) -> small.Small:
    return small.make(tmp_path_factory.mktemp("averaged"), "v1_average")


@pytest.fixture
def made(models: dict[str, small.Small], averaged: small.Small, device: str) -> Any:
    def made(version: str, *optimize: str) -> Any:
        model = {**models, "v1_average": averaged}[version]
        return create(settings=small.table(model, steps=4), device=device, optimize=optimize)

    return made


def furthest(ours: Any, theirs: Any) -> float:
    """The largest difference between utterances, as a share of the largest sample of each."""
    return max(
        float(np.abs(one.samples - other.samples).max() / np.abs(other.samples).max())
        for one, other in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize("optimize", [("batched",), ("batched", *BESIDE)])
@pytest.mark.parametrize("version", ["v0", "v1", "v1_average"])
def test_eight_requests_together_say_what_each_says_alone(
    made: Any, version: str, optimize: tuple[str, ...]
) -> None:
    reference, batched = made(version, *optimize[1:]), made(version, *optimize)
    alone = [reference.synthesize(request) for request in REQUESTS]
    together = batched.synthesize_batch(REQUESTS)
    assert furthest(together, alone) <= 1e-5
    groups = batched.engine.parts.network.groups
    assert groups.jobs == 9 * 4
    assert groups.passes <= 5 * 4


def test_chunks_of_one_request_share_passes(made: Any) -> None:
    reference, batched = made("v1"), made("v1", "batched")
    request = REQUESTS[4]
    assert furthest([batched.synthesize(request)], [reference.synthesize(request)]) <= 1e-5
    groups = batched.engine.parts.network.groups
    assert (groups.jobs, groups.passes) == (2 * 4, 4)


def unmasked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Attention.forward
    monkeypatch.setattr(Attention, "forward", lambda self, x, cos, sin, mask: plain(self, x, cos, sin))


def unmasked_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ConvolutionalPositions.forward
    monkeypatch.setattr(ConvolutionalPositions, "forward", lambda self, x, padding: plain(self, x))


def text_of_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is embedded in the batch: its convolutions and norms then hear the filler behind it."""
    plain = transformer.Transformer.prepare

    def prepare(self: Any, job: Any) -> Any:
        longer = torch.tensor([job.tokens], device=job.reference.mel.device)
        given = plain(self, job)
        return given._replace(text=self.text_embed(longer, job.frames + 40)[:, : job.frames])

    monkeypatch.setattr(transformer.Transformer, "prepare", prepare)


@pytest.mark.parametrize("leak", [unmasked, unmasked_positions, text_of_the_longest])
def test_padding_that_leaks_is_heard(made: Any, leak: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [made("v0").synthesize(request) for request in REQUESTS]
    leak(monkeypatch)
    assert furthest(made("v0", "batched").synthesize_batch(REQUESTS), alone) > 1e-4


@pytest.mark.parametrize("guided", [True, False])
def test_flows_beside_each_other_are_those_of_each_alone(made: Any, *, guided: bool) -> None:
    batched, reference = made("v1", "batched"), made("v1")
    jobs = [job for request in REQUESTS for job in batched.jobs(request, batched.plan(request))]
    network = reference.engine.parts.network
    given = [network.prepare(job) for job in jobs]
    dice = torch.Generator().manual_seed(1)
    states = [torch.randn(1, job.frames, 100, generator=dice).to(given[0].mel.device) for job in jobs]
    alone = network.flow(states, 0.25, given, guided=guided)
    together = batched.engine.parts.network.flow(states, 0.25, given, guided=guided)
    for one, other, job in zip(together, alone, jobs, strict=True):
        for flow, wanted in zip(one, other, strict=True):
            assert flow.shape == (1, job.frames, 100)
            assert torch.allclose(flow, wanted, atol=1e-4)


def test_it_is_refused_beside_int8_which_hears_its_neighbours(models: dict[str, small.Small]) -> None:
    with pytest.raises(SettingsError, match="exclude each other"):
        create(settings=small.table(models["v0"]), optimize=("batched", "int8"))


@pytest.mark.parametrize(
    ("frames", "most", "groups"),
    [
        ([], 100, []),
        ([10, 30, 10, 31], 100, [[0, 2], [1, 3]]),
        ([10, 10, 10], 20, [[0, 1], [2]]),
        ([200, 10, 200], 100, [[1], [0], [2]]),
        ([8, 9, 10], 100, [[0, 1, 2]]),
        ([8, 12, 12], 100, [[0], [1, 2]]),
    ],
)
def test_a_group_is_of_nearly_one_length(frames: list[int], most: int, groups: list[list[int]]) -> None:
    from tts_baseline.pipelines.f5_spanish.buckets import buckets

    assert buckets(frames, most=most) == groups
