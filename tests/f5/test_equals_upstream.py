"""Same weights, seed and final text: the same samples as upstream f5-tts.

Bit for bit, on Intel's processors and AMD's, on as many threads.
"""

from __future__ import annotations

import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from tests.support import small
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.parts import Job
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver, schedule
from tts_baseline.pipelines.f5_spanish.text.vocabulary import DEFAULT as VOCABULARY
from tts_baseline.pipelines.f5_spanish.voice import reference

pytestmark = pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")

SHORT = "hola, buenos días."
LONG = "el tren de la mañana sale a las siete y media, y llega a la estación central antes de las diez."


def furthest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference between two arrays of one shape."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).max())


@pytest.fixture(scope="module")
def upstream() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from f5_tts.infer import utils_infer
        from f5_tts.model import DiT
        from f5_tts.model.utils import get_epss_timesteps, seed_everything
    return SimpleNamespace(infer=utils_infer, network=DiT, seed=seed_everything, epss=get_epss_timesteps)


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def network(upstream: Any, model: small.Small, version: str) -> Any:
    sizes = small.SIZES
    config = {
        "dim": sizes["dim"], "depth": sizes["depth"], "heads": sizes["heads"],
        "ff_mult": sizes["feed_forward"] // sizes["dim"], "text_dim": sizes["text_dim"],
        "conv_layers": sizes["text_blocks"], "text_mask_padding": version == "v1",
        "pe_attn_head": 1 if version == "v0" else None,
    }  # fmt: skip
    return upstream.infer.load_model(
        upstream.network, config, str(model.checkpoint), vocab_file=str(VOCABULARY), device="cpu"
    )


def spoken_upstream(upstream: Any, model: small.Small, version: str, text: str, steps: int) -> np.ndarray:
    vocoder = upstream.infer.load_vocoder("vocos", True, str(model.vocoder), device="cpu")
    clip, transcript = upstream.infer.preprocess_ref_audio_text(str(model.reference), small.TRANSCRIPT)
    loaded = network(upstream, model, version)
    upstream.seed(7)
    wave, rate, _ = upstream.infer.infer_process(
        clip, transcript, text, loaded, vocoder, nfe_step=steps, device="cpu", progress=None
    )
    assert rate == 24_000
    return np.asarray(wave)


@pytest.mark.parametrize("steps", [16, 7])
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("version", ["v0", "v1"])
def test_one_chunk_is_bit_identical(
    upstream: Any, models: dict[str, small.Small], version: str, text: str, steps: int
) -> None:
    from tts_baseline.pipelines.f5_spanish import create

    theirs = spoken_upstream(upstream, models[version], version, text, steps)
    ours = create(settings=small.table(models[version], preset="upstream", steps=steps))
    utterance = ours.synthesize(Request(text=text, seed=7))
    assert len(ours.plan(Request(text=text)).chunks) == 1
    assert furthest(utterance.samples, np.clip(theirs, -1, 1)) == 0.0
    assert np.std(utterance.samples) > 1e-3


def test_the_versions_differ_though_their_weights_are_the_same(models: dict[str, small.Small]) -> None:
    v0, v1 = models["v0"].checkpoint.read_bytes(), models["v1"].checkpoint.read_bytes()
    assert v0 == v1
    from tts_baseline.pipelines.f5_spanish import create

    waves = [
        create(settings=small.table(models[version], steps=2)).synthesize(Request(text=SHORT)).samples
        for version in ("v0", "v1")
    ]
    assert not np.array_equal(*waves)


@pytest.mark.parametrize("steps", [1, 2, 5, 6, 7, 8, 10, 12, 16, 20, 32, 64])
def test_the_schedule_is_upstreams(upstream: Any, steps: int) -> None:
    theirs = upstream.epss(steps, device="cpu", dtype=torch.float32)
    assert torch.equal(schedule(EulerSolver(steps=steps, sway=0.0)), theirs)
    bent = theirs + -1.0 * (torch.cos(torch.pi / 2 * theirs) - 1 + theirs)
    assert torch.equal(schedule(EulerSolver(steps=steps, sway=-1.0)), bent)


# Without guidance upstream embeds the time in a product of one row, which rounds otherwise than one of two.
@pytest.mark.parametrize(("guidance", "within"), [(2.0, 0.0), (0.0, 5e-6)])
def test_the_sampler_is_upstreams_at_the_published_width(
    upstream: Any, tmp_path: Path, guidance: float, within: float
) -> None:
    from safetensors.torch import save_file

    sizes = {"dim": 1024, "depth": 1, "heads": 16, "feed_forward": 2048, "text_dim": 512, "text_blocks": 4}
    path = tmp_path / "wide.safetensors"
    save_file(small.published(small.state_of("v0", **sizes)), path)
    config = {
        "dim": 1024, "depth": 1, "heads": 16, "ff_mult": 2, "text_dim": 512, "conv_layers": 4,
        "text_mask_padding": False, "pe_attn_head": 1,
    }  # fmt: skip
    theirs = upstream.infer.load_model(
        upstream.network, config, str(path), vocab_file=str(VOCABULARY), device="cpu"
    )
    ours = transformer(str(path), arch="v0", tokens=2545, device="cpu", root=tmp_path)
    clip = torch.randn(1, 90, 100, generator=torch.Generator().manual_seed(1))
    tokens = [5, 80, 33, 2000, 17]
    with torch.inference_mode():
        wanted, _ = theirs.sample(
            clip, torch.tensor([tokens]), 200, steps=2, cfg_strength=guidance, sway_sampling_coef=-1.0, seed=3
        )
    given = reference.Reference(mel=clip, text="", frames=0, level=1.0)
    job = Job(reference=given, tokens=tuple(tokens), frames=200, seed=3)
    (mel,) = EulerSolver(steps=2, guidance=guidance).mels(ours, [job])
    assert furthest(mel.permute(0, 2, 1).numpy(), wanted.numpy()) <= within


@pytest.mark.parametrize("tokens", [1, 5, 37, 199])
def test_averaged_text_is_upstreams(
    upstream: Any, models: dict[str, small.Small], tmp_path: Path, tokens: int
) -> None:
    path, sizes = models["v1"].checkpoint, small.SIZES
    config = {
        "dim": sizes["dim"], "depth": sizes["depth"], "heads": sizes["heads"], "ff_mult": 2,
        "text_dim": sizes["text_dim"], "conv_layers": sizes["text_blocks"], "text_mask_padding": True,
        "text_embedding_average_upsampling": True,
    }  # fmt: skip
    theirs = upstream.infer.load_model(
        upstream.network, config, str(path), vocab_file=str(VOCABULARY), device="cpu"
    )
    bare = Path(shutil.copy(path, tmp_path))  # without the sidecar file, which says v1
    ours = transformer(str(bare), arch="v1_average", tokens=2545, device="cpu", root=tmp_path)
    clip = torch.randn(1, 90, 100, generator=torch.Generator().manual_seed(1))
    said = torch.randint(0, 2545, (tokens,), generator=torch.Generator().manual_seed(2)).tolist()
    with torch.inference_mode():
        wanted, _ = theirs.sample(
            clip, torch.tensor([said]), 200, steps=2, cfg_strength=2.0, sway_sampling_coef=-1.0, seed=3
        )
    given = reference.Reference(mel=clip, text="", frames=0, level=1.0)
    (mel,) = EulerSolver(steps=2).mels(ours, [Job(reference=given, tokens=tuple(said), frames=200, seed=3)])
    assert furthest(mel.permute(0, 2, 1).numpy(), wanted.numpy()) == 0.0


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_clip_is_prepared_as_upstream_does(upstream: Any, tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "clip.wav"
    time = np.arange(int(2.7 * rate)) / rate
    voice = np.sin(2 * np.pi * 150 * time) * (0.6 + 0.4 * np.sin(9 * time)) * 0.08
    voice *= (time > 0.2337) & (time < 2.31)
    noise = np.random.default_rng(5).normal(0, 10 ** (-70 / 20), time.size)
    sound = np.stack([voice + noise, 0.5 * voice - noise][:channels], axis=1)
    soundfile.write(path, sound, rate, subtype="PCM_16")
    theirs, _ = upstream.infer.preprocess_ref_audio_text(str(path), "Algo.")
    import torchaudio

    wave, read_rate = torchaudio.load(theirs)
    wave = torch.mean(wave, dim=0, keepdim=True) if wave.shape[0] > 1 else wave
    level = torch.sqrt(torch.mean(torch.square(wave)))
    wave = wave * 0.1 / level
    if rate != 24_000:
        wave = torchaudio.transforms.Resample(read_rate, 24_000)(wave)
    ours = reference.read_clip(path)
    assert read_rate == rate
    assert ours.level == float(level)
    assert ours.samples.tobytes() == wave[0].numpy().tobytes()
