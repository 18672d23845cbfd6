"""Same seed, same audio: whatever the thread, the order of the chunks, or what was said before."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from tests.support import environment, small
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create

THREE = "Primero llegó la lluvia. [pause 200ms] Después el viento del sur. [pause 200ms] Al final, la calma."
WIDE = """
import hashlib, sys
from tts_baseline.pipelines.f5_spanish import create
import torch
from tests.support import small
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.parts import Job
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver
from tts_baseline.pipelines.f5_spanish.voice.reference import Reference
torch.set_num_threads(int(sys.argv[1]))
sizes = dict(dim=1024, depth=1, heads=16, feed_forward=2048, text_dim=512, text_blocks=1)
network = Transformer(Architecture(version="v0", tokens=2545, text_hidden=1024, **sizes)).eval()
network.load_state_dict(small.state_of("v0", **sizes))
clip = torch.randn(1, 90, 100, generator=torch.Generator().manual_seed(1))
given = Reference(mel=clip, text="", frames=0, level=1.0)
(mel,) = EulerSolver(steps=1).mels(network, [Job(reference=given, tokens=(5, 80, 33), frames=300, seed=3)])
print(hashlib.sha256(mel.numpy().tobytes()).hexdigest())
"""


def chunks(pipeline: Any, order: list[int], run: Any = map) -> list[bytes]:
    """The waves of the three chunks, spoken in this order, given back in the plan's."""
    request = Request(text=THREE, seed=5)
    engine, jobs = pipeline.engine, pipeline.jobs(request, pipeline.plan(request))

    def spoken(index: int) -> bytes:
        return engine.waves(engine.mels([jobs[index]]), [jobs[index]])[0].tobytes()

    waves = dict(zip(order, run(spoken, order), strict=True))
    return [waves[index] for index in range(3)]


def test_three_chunks_are_identical_in_every_way_of_speaking_them(build: Any) -> None:
    pipeline = build(steps=4)
    assert len(pipeline.plan(Request(text=THREE)).chunks) == 3
    wanted = chunks(pipeline, [0, 1, 2])
    assert len(set(wanted)) == 3
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1]):
        assert chunks(pipeline, order) == wanted
        with ThreadPoolExecutor(3) as pool:
            assert chunks(pipeline, order, pool.map) == wanted
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            assert chunks(pipeline, [0, 1, 2]) == wanted
    finally:
        torch.set_num_threads(threads)


def test_the_utterance_is_identical_in_5_of_5_runs(build: Any) -> None:
    pipeline = build(steps=4)
    request = Request(text=THREE, seed=11)
    samples = set()
    for turn in range(5):
        torch.manual_seed(turn)
        pipeline.synthesize(Request(text="Otra cosa, entre medias.", seed=turn))
        samples.add(pipeline.synthesize(request).samples.tobytes())
    assert len(samples) == 1
    assert pipeline.synthesize(Request(text=THREE, seed=12)).samples.tobytes() not in samples


def test_each_chunk_has_noise_of_its_own_and_any_seed_will_do(build: Any) -> None:
    pipeline = build(steps=1)
    engine, chunk = pipeline.engine, pipeline.plan(Request(text=THREE)).chunks[0]
    clip = engine.voices.choose("neutral", None)
    jobs = [engine.job(chunk, clip, seed=seed, index=index) for seed, index in ((5, 0), (5, 1), (6, 0))]
    mels = engine.mels(jobs)
    assert not torch.equal(mels[0], mels[1])
    assert not torch.equal(mels[0], mels[2])
    for seed in (-1, 2**70):
        assert pipeline.synthesize(Request(text=THREE, seed=seed)).samples.size


def test_no_global_generator_is_read_or_set(build: Any) -> None:
    pipeline = build(steps=1)
    torch.manual_seed(123)
    before = torch.get_rng_state()
    pipeline.synthesize(Request(text=THREE))
    assert torch.equal(before, torch.get_rng_state())


def test_at_the_published_width_the_number_of_threads_does_not_matter() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", WIDE, threads], env=environment(),
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_text_rope_and_every_attention_weight_are_heard(build: Any, version: str) -> None:
    pipeline = build(version, steps=2)
    request = Request(text="Una frase cualquiera.", seed=1)

    def samples() -> np.ndarray:
        return np.asarray(pipeline.synthesize(request).samples)

    wanted = samples()
    other = pipeline.synthesize(Request(text="Una frase cualquierO.", seed=1)).samples
    assert len(other) == len(wanted)
    assert not np.array_equal(other, wanted)
    network = pipeline.engine.parts.network
    attention = network.transformer_blocks[1].attn
    touched = {
        "rope": network.rotary_embed.inv_freq,
        "query": attention.to_q.weight,
        "key": attention.to_k.weight,
        "value": attention.to_v.weight,
        "output": attention.to_out[0].weight,
        "modulation": network.transformer_blocks[0].attn_norm.linear.weight,
    }
    for name, tensor in touched.items():
        kept = tensor.clone()
        place = (3,) * tensor.dim()
        tensor[place] += 0.5
        assert not np.array_equal(samples(), wanted), name
        tensor.copy_(kept)
    assert np.array_equal(samples(), wanted)


@pytest.mark.gpu
@pytest.mark.parametrize("version", ["v0", "v1"])
def test_cuda_says_what_the_cpu_says_from_the_same_noise(
    models: dict[str, small.Small], version: str
) -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    mels = []
    for device in ("cpu", "cuda"):
        pipeline = create(settings=small.table(models[version], steps=8), device=device)
        request = Request(text="Una frase de prueba.", seed=1)
        mels += [mel.cpu() for mel in pipeline.engine.mels(pipeline.jobs(request, pipeline.plan(request)))]
    assert (mels[0] - mels[1]).norm() / mels[0].norm() < 1e-3
