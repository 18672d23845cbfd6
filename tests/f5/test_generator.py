"""HiFi-GAN and BigVGAN load as they are published, compute what their authors' code does, and speak."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
import torch
from torch.nn import functional

from tts_baseline import voices
from tts_baseline.core.errors import PipelineError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish.vocoder import load
from tts_baseline.pipelines.f5_spanish.vocoder.generator import published_scale
from tts_baseline.pipelines.f5_spanish.voice.reference import log_mel

HOP = 256
MEL = {
    "num_mels": 100, "sampling_rate": 24_000, "hop_size": HOP, "n_fft": 1024, "win_size": 1024,
    "fmin": 0, "fmax": None,
}  # fmt: skip
SIZES = {
    "resblock": "1", "upsample_rates": [16, 16], "upsample_kernel_sizes": [32, 32],
    "upsample_initial_channel": 8, "resblock_kernel_sizes": [3, 5],
    "resblock_dilation_sizes": [[1, 3], [1, 2]],
}  # fmt: skip
HIFIGAN = {**MEL, **SIZES}
BIGVGAN = {
    **HIFIGAN, "activation": "snakebeta", "snake_logscale": True, "use_bias_at_final": False,
    "use_tanh_at_final": False,
}  # fmt: skip
KINDS = {
    "bigvgan": (BIGVGAN, "bigvgan_generator.pt"),
    "hifigan": (HIFIGAN, "generator_v1"),
    "hifigan-2": ({**HIFIGAN, "resblock": "2"}, "g_02500000"),
}


def state_of(config: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Random weights of a published generator, weight-normed, under its names."""
    dice = torch.Generator().manual_seed(0)
    snake = config.get("activation")
    state: dict[str, torch.Tensor] = {}

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=dice)

    def layer(name: str, shape: tuple[int, ...], outputs: int, *, bias: bool = True) -> None:
        state[f"{name}.weight_v"] = drawn(*shape)
        state[f"{name}.weight_g"] = 0.8 + 0.1 * drawn(shape[0], 1, 1)
        if bias:
            state[f"{name}.bias"] = 0.1 * drawn(outputs)

    def activation(name: str, channels: int) -> None:
        if snake:
            state[f"{name}.act.alpha"] = 0.3 * drawn(channels)
            state[f"{name}.act.beta"] = 0.3 * drawn(channels)
            taps = torch.kaiser_window(12, periodic=False, beta=4.66)[None, None]
            for filtered in ("upsample", "downsample.lowpass"):
                state[f"{name}.{filtered}.filter"] = taps / taps.sum()

    channels = config["upsample_initial_channel"]
    layer("conv_pre", (channels, 100, 7), channels)
    block = 0
    for level, kernel in enumerate(config["upsample_kernel_sizes"]):
        layer(f"ups.{level}.0" if snake else f"ups.{level}", (channels, channels // 2, kernel), channels // 2)
        channels //= 2
        for size, dilations in zip(
            config["resblock_kernel_sizes"], config["resblock_dilation_sizes"], strict=True
        ):
            lists = ("convs1", "convs2") if config["resblock"] == "1" else ("convs",)
            for index in range(len(dilations)):
                for convolutions in lists:
                    layer(f"resblocks.{block}.{convolutions}.{index}", (channels, channels, size), channels)
            for index in range(len(dilations) * len(lists)):
                activation(f"resblocks.{block}.activations.{index}", channels)
            block += 1
    activation("activation_post", channels)
    layer("conv_post", (1, channels, 7), 1, bias=config.get("use_bias_at_final", True))
    return state


def published(folder: Path, kind: str, **changed: Any) -> Path:
    """A folder as it is published: `config.json`, and the weights as torch saves them."""
    config, file = KINDS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**config, **changed}), encoding="utf-8")
    torch.save({"generator": state_of(config)}, folder / file)
    return folder


def mel_of(frames: int) -> torch.Tensor:
    return torch.randn(1, 100, frames, generator=torch.Generator().manual_seed(7)) - 4


def hifigan(state: dict[str, torch.Tensor], config: dict[str, Any], mel: torch.Tensor) -> torch.Tensor:
    """The published HiFi-GAN, written down once more: straight from its weights."""

    def given(name: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        v, g = state[f"{name}.weight_v"], state[f"{name}.weight_g"]
        return g * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt(), state.get(f"{name}.bias")

    def convolved(name: str, x: torch.Tensor, dilation: int = 1) -> torch.Tensor:
        weight, bias = given(name)
        return functional.conv1d(
            x, weight, bias, dilation=dilation, padding=(weight.shape[2] - 1) * dilation // 2
        )

    x = convolved("conv_pre", mel)
    pairs = list(zip(config["resblock_kernel_sizes"], config["resblock_dilation_sizes"], strict=True))
    for level, rate in enumerate(config["upsample_rates"]):
        weight, bias = given(f"ups.{level}")
        x = functional.leaky_relu(x, 0.1)
        x = functional.conv_transpose1d(x, weight, bias, stride=rate, padding=(weight.shape[2] - rate) // 2)
        summed = torch.zeros_like(x)
        for index, (_, dilations) in enumerate(pairs):
            y = x
            for which, dilation in enumerate(dilations):
                name = f"resblocks.{level * len(pairs) + index}"
                if config["resblock"] == "2":
                    y = y + convolved(f"{name}.convs.{which}", functional.leaky_relu(y, 0.1), dilation)
                    continue
                inner = convolved(f"{name}.convs1.{which}", functional.leaky_relu(y, 0.1), dilation)
                y = y + convolved(f"{name}.convs2.{which}", functional.leaky_relu(inner, 0.1))
            summed = summed + y
        x = summed / len(pairs)
    return torch.tanh(convolved("conv_post", functional.leaky_relu(x, 0.01)))


@pytest.mark.parametrize("kind", ["hifigan", "hifigan-2"])
def test_a_hifigan_computes_what_is_published(tmp_path: Path, kind: str) -> None:
    config, _ = KINDS[kind]
    made = load.generator(str(published(tmp_path / kind, kind)), device="cpu", root=tmp_path)
    mel = mel_of(20)
    wanted = hifigan(state_of(config), config, mel)
    assert wanted.abs().max() > 0.05
    torch.testing.assert_close(made(mel), wanted, atol=1e-5, rtol=1e-4)


# Samples of the package bigvgan 2.4.1 with these weights and this mel, every 500th from the 100th on.
NVIDIA = (
    -0.33427, -0.65765, -0.24542, -0.16708, -0.59468, -0.28833, -0.49234, -0.09365, -0.57196, -0.39391,
    -0.25961,
)  # fmt: skip


def test_a_bigvgan_computes_what_nvidias_does(tmp_path: Path) -> None:
    made = load.generator(str(published(tmp_path / "b", "bigvgan")), device="cpu", root=tmp_path)
    wave = made(mel_of(20))
    assert wave.shape == (1, 1, 20 * HOP)
    assert wave[0, 0, 100::500].tolist() == pytest.approx(NVIDIA, abs=1e-4)


def test_weights_without_their_norm_are_the_same_weights(tmp_path: Path) -> None:
    made = load.generator(str(published(tmp_path / "b", "bigvgan")), device="cpu", root=tmp_path)
    other = published(tmp_path / "other", "bigvgan")
    torch.save({"generator": made.state_dict()}, other / "bigvgan_generator.pt")
    again = load.generator(str(other), device="cpu", root=tmp_path)
    assert torch.equal(again(mel_of(8)), made(mel_of(8)))


@pytest.fixture(scope="module")
def clip() -> torch.Tensor:
    samples, rate = soundfile.read(voices.FOLDER / "dora" / "neutral.flac", dtype="float32")
    assert rate == 24_000
    return torch.from_numpy(samples)[None]


def published_mel(wave: torch.Tensor) -> torch.Tensor:
    """The log mel on which HiFi-GAN and BigVGAN learn: librosa's bands, frames that are not centred."""
    bands = torch.from_numpy(librosa.filters.mel(sr=24_000, n_fft=1024, n_mels=100))
    padded = functional.pad(wave[None], (384, 384), mode="reflect")[0]
    spectrum = torch.stft(padded, 1024, HOP, 1024, torch.hann_window(1024), center=False, return_complex=True)
    return (bands @ (spectrum.abs().square() + 1e-9).sqrt()).clamp(min=1e-5).log()


def test_a_mel_of_f5_becomes_the_published_one_half_a_hop_later(clip: torch.Tensor) -> None:
    given = published_scale("cpu")(log_mel(clip).permute(0, 2, 1))
    off = {}
    for delay in (0, HOP // 2):
        wanted = published_mel(functional.pad(clip, (delay, HOP)))[:, :, 8 : given.shape[2] - 8]
        off[delay] = 20 / np.log(10) * (given[:, :, 8:-8] - wanted).abs()
    assert float(off[HOP // 2].median()) < 0.4
    assert float(off[HOP // 2].square().mean().sqrt()) < 2
    assert float(off[0].median()) > 3 * float(off[HOP // 2].median())


@pytest.mark.parametrize("kind", KINDS)
def test_its_wave_is_as_long_as_that_of_a_vocos(tmp_path: Path, kind: str) -> None:
    vocoder = load.vocoder(str(published(tmp_path / kind, kind)), device="cpu", root=tmp_path)
    mels = [mel_of(9), mel_of(12)]
    waves = vocoder.waves(mels)
    assert [len(wave) for wave in waves] == [8 * HOP, 11 * HOP]
    wanted = vocoder(published_scale("cpu")(mels[1]))[0, 0]  # type: ignore[operator]
    assert torch.equal(waves[1], wanted[HOP // 2 : -HOP // 2])


@pytest.mark.parametrize("kind", KINDS)
def test_its_overlap_is_enough_and_not_twice_what_is_needed(tmp_path: Path, kind: str) -> None:
    vocoder = load.vocoder(str(published(tmp_path / kind, kind)), device="cpu", root=tmp_path)
    mel = mel_of(60)
    moved = mel.clone()
    moved[:, :, 30] += 1
    (wave,), (other,) = vocoder.waves([mel]), vocoder.waves([moved])
    reached = (wave != other).nonzero()
    furthest = max(30 * HOP - int(reached.min()), int(reached.max()) - 30 * HOP) / HOP
    assert vocoder.overlap / 2 < furthest <= vocoder.overlap


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"num_mels": 80, "sampling_rate": 22_050}, "num_mels 80, not 100; sampling_rate 22050, not 24000"),
        ({"fmax": 8000}, "fmax 8000, not 12000"),
        ({"hop_size": 300}, "hop_size 300, not 256"),
        ({"upsample_rates": [8, 16]}, r"upsample_rates \(8, 16\)"),
        ({"activation": "relu"}, "activation 'relu'"),
    ],
)
def test_one_for_other_mels_is_refused_with_the_reason(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    folder = published(tmp_path / "b", "bigvgan", **changed)
    with pytest.raises(PipelineError, match=reason) as refused:
        load.vocoder(str(folder), device="cpu", root=tmp_path)
    assert "vocoder = " in str(refused.value)


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    folder = published(tmp_path / "b", "bigvgan", upsample_initial_channel=16)
    with pytest.raises(PipelineError, match=r"has the shape \(8, 100, 7\), not \(16, 100, 7\)") as refused:
        load.vocoder(str(folder), device="cpu", root=tmp_path)
    assert "vocoder = " in str(refused.value)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    folder = published(tmp_path / "h", "hifigan", activation="snake")
    with pytest.raises(PipelineError, match="lacks resblocks.0.activations.0.act.alpha") as refused:
        load.vocoder(str(folder), device="cpu", root=tmp_path)
    assert "vocoder = " in str(refused.value)


@pytest.mark.parametrize("kind", ["bigvgan", "hifigan"])
def test_it_speaks_and_says_who_it_is(build: Any, tmp_path: Path, kind: str) -> None:
    pipeline = build(steps=1, vocoder=str(published(tmp_path / kind, kind)))
    spoken = pipeline.synthesize(Request(text="Hola.", seed=1))
    assert np.abs(spoken.samples).max() > 0
    assert f"{kind}/{KINDS[kind][1]} " in pipeline.provenance["vocoder"]
