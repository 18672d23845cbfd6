"""Small random checkpoints in the published file formats, for tests and for trying the pipeline out.

Every parameter is drawn anew and is non-zero: upstream initializes the modulation and the output with zeros,
which would hide a broken attention, because nothing would depend on it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import torch
import yaml
from safetensors.torch import save_file
from torch import nn

from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE, Architecture
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.settings import ReferenceSettings
from tts_baseline.pipelines.f5_spanish.text import vocabulary
from tts_baseline.pipelines.f5_spanish.vocoder.vocos import Vocos, VocosSizes
from tts_baseline.pipelines.f5_spanish.voice import folder as voices

VOCABULARY_SIZE = 2545
TRANSCRIPT = "Gracias por esperar. Su mensaje ha sido guardado."
SIZES = {"dim": 128, "depth": 2, "heads": 2, "feed_forward": 256, "text_dim": 64, "text_blocks": 2}
VOCOS = VocosSizes(dim=64, hidden=128, layers=2)
PUBLISHED = {
    "dim": 1024, "depth": 22, "heads": 16, "feed_forward": 2048, "text_dim": 512, "text_blocks": 4
}  # fmt: skip


class Small(NamedTuple):
    """Where a small model lies."""

    checkpoint: Path
    vocoder: Path
    reference: Path


def make(folder: Path, version: str = "v0", *, sidecar: bool = True, seed: int = 0) -> Small:
    """A checkpoint (safetensors), a vocoder and a reference clip in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"small_{version}.safetensors"
    save_file(published(state_of(version, seed=seed)), checkpoint)
    if sidecar:
        checkpoint.with_name(checkpoint.name + ".json").write_text(json.dumps({"arch": version}))
    return Small(
        checkpoint, make_vocoder(folder / "vocos", seed=seed), make_reference(folder / "reference.wav")
    )


def make_voice(folder: Path, *, seed: int = 0) -> Path:
    """A voice of its own in `folder`, complete: what the setting `weights` may name."""
    model = make(folder, "v1", seed=seed)
    (folder / "vocab.txt").write_bytes(vocabulary.DEFAULT.read_bytes())
    voice = voices.VoiceFile(
        checkpoint=model.checkpoint.name,
        vocabulary="vocab.txt",
        vocoder=model.vocoder.name,
        references=(ReferenceSettings(audio=model.reference.name, text=TRANSCRIPT),),
    )
    (folder / voices.FILE).write_text(voices.written(voice), encoding="utf-8")
    return folder


def make_published(folder: Path) -> Small:
    """A model of the published size, v0: 337 M random parameters, 1.35 GB."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "published_v0.safetensors"
    save_file(published(state_of("v0", **PUBLISHED)), checkpoint)
    vocoder = make_vocoder(folder / "vocos", sizes=VocosSizes())
    return Small(checkpoint, vocoder, make_reference(folder / "reference.wav"))


def state_of(version: str, *, seed: int = 0, **sizes: int) -> dict[str, torch.Tensor]:
    """Random parameters of a network, by name."""
    architecture = Architecture(
        version=version,  # type: ignore[arg-type]
        tokens=VOCABULARY_SIZE,
        **{"text_hidden": 2 * {**SIZES, **sizes}["text_dim"], **SIZES, **sizes},
    )
    frequencies = 1.0 / (10000 ** (torch.arange(0, HEAD_SIZE, 2).float() / HEAD_SIZE))
    return {**redrawn(Transformer(architecture), seed).state_dict(), "rotary_embed.inv_freq": frequencies}


def published(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same parameters under the keys of a published checkpoint, with its odds and ends."""
    odds = {"initted": torch.tensor(True), "step": torch.tensor(1_200_000)}
    return {**{f"ema_model.transformer.{name}": tensor for name, tensor in state.items()}, **odds}


def redrawn(module: nn.Module, seed: int) -> nn.Module:
    """The module, every parameter drawn anew: weights of unit gain, others near their usual value."""
    dice = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            drawn = torch.randn(parameter.shape, generator=dice)
            if parameter.dim() > 1 and parameter.shape[0] > 1:
                fan_in = parameter[0].numel()
                parameter.copy_(drawn / fan_in**0.5)
            else:
                usual = 1.0 if name.endswith(("norm.weight", "gamma")) else 0.0
                parameter.copy_(usual + 0.1 * drawn)
    return module


def make_vocoder(folder: Path, *, seed: int = 0, sizes: VocosSizes = VOCOS) -> Path:
    """A Vocos folder as on the hub: config.yaml and pytorch_model.bin."""
    folder.mkdir(parents=True, exist_ok=True)
    mel = {
        "sample_rate": 24000,
        "n_fft": sizes.n_fft,
        "hop_length": sizes.hop,
        "n_mels": 100,
        "padding": "center",
    }
    body = {
        "input_channels": 100, "dim": sizes.dim, "intermediate_dim": sizes.hidden, "num_layers": sizes.layers,
    }  # fmt: skip
    head = {"dim": sizes.dim, "n_fft": sizes.n_fft, "hop_length": sizes.hop, "padding": "center"}
    config = {
        "feature_extractor": {
            "class_path": "vocos.feature_extractors.MelSpectrogramFeatures",
            "init_args": mel,
        },
        "backbone": {"class_path": "vocos.models.VocosBackbone", "init_args": body},
        "head": {"class_path": "vocos.heads.ISTFTHead", "init_args": head},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    state = redrawn(Vocos(sizes), seed).state_dict()
    state["head.istft.window"] = torch.hann_window(sizes.n_fft)
    state["feature_extractor.mel_spec.spectrogram.window"] = torch.hann_window(sizes.n_fft)
    state["feature_extractor.mel_spec.mel_scale.fb"] = torch.zeros(sizes.n_fft // 2 + 1, 100)
    torch.save(state, folder / "pytorch_model.bin")
    return folder


def make_reference(path: Path, seconds: float = 3.0, rate: int = 24000) -> Path:
    """A clip that sounds like nothing but is loud, voiced and has silent edges: 16-bit WAV."""
    t = np.arange(int(seconds * rate)) / rate
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * t)
    voice = sum(np.sin(2 * np.pi * 130 * k * t + k) / k for k in range(1, 20))
    wave = 0.1 * syllables * voice * ((t > 0.1) & (t < seconds - 0.1))
    soundfile.write(path, wave.astype(np.float32), rate, subtype="PCM_16")
    return path


def configuration(folder: Path, sizes: Mapping[str, int] = SIZES, *, averages: bool = False) -> str:
    """The name under which upstream's `F5TTS` finds an architecture of these sizes, v1 or v1_average."""
    architecture = {
        "dim": sizes["dim"], "depth": sizes["depth"], "heads": sizes["heads"], "ff_mult": 2,
        "text_dim": sizes["text_dim"], "conv_layers": sizes["text_blocks"], "text_mask_padding": True,
        "qk_norm": None, "pe_attn_head": None, "attn_backend": "torch", "attn_mask_enabled": False,
        "text_embedding_average_upsampling": averages,
    }  # fmt: skip
    mel = {"mel_spec_type": "vocos", "target_sample_rate": 24000}
    page = {"model": {"backbone": "DiT", "arch": architecture, "mel_spec": mel}}
    (folder / "small.yaml").write_text(yaml.safe_dump(page))
    spec = find_spec("f5_tts")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return os.path.relpath(folder / "small", Path(spec.submodule_search_locations[0]) / "configs")


def table(model: Small, **more: object) -> dict[str, object]:
    """The settings that use it: `[tool.tts-baseline.pipelines.f5_spanish]`."""
    return {
        "checkpoint": str(model.checkpoint),
        "vocoder": str(model.vocoder),
        "references": [{"audio": str(model.reference), "text": TRANSCRIPT}],
        "cache": str(model.checkpoint.parent / "cache"),
        **more,
    }
