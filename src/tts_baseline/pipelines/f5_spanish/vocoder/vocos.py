"""Vocos: a mel spectrogram to a wave, by one inverse Fourier transform (Siuzdak 2023, arXiv:2306.00814).

Parameter names are those of `charactr/vocos-mel-24khz`; in float32 on a CPU the output equals the package
vocos 0.1.0 bit for bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tts_baseline.core.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPS = 1e-6  # the package vocos'
_LOUDEST = 1e2  # the package vocos': its head clips magnitudes there
_KERNEL = 7


class VocosSizes(Record, frozen=True, kw_only=True):
    """The sizes of one vocoder; the defaults are those of `charactr/vocos-mel-24khz`."""

    mel_channels: int = 100
    dim: int = 512
    hidden: int = 1536
    layers: int = 8
    n_fft: int = 1024
    hop: int = 256


class Vocos(nn.Module):
    """The reference vocoder, one mel after the other."""

    def __init__(self, sizes: VocosSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.backbone = Backbone(sizes)
        self.head = FourierHead(sizes)

    @property
    def overlap(self) -> int:
        """Half of each convolution's kernel, and the frames under half of a window of the transform."""
        return (1 + self.sizes.layers) * (_KERNEL // 2) + self.sizes.n_fft // (2 * self.sizes.hop)

    @torch.inference_mode()
    def waves(self, mels: Sequence[Tensor]) -> list[Tensor]:
        """The wave of each log mel (1, m, n): (hop * (n - 1),) float32."""
        return [self.decode(mel)[0] for mel in mels]

    def decode(self, mel: Tensor) -> Tensor:
        """The wave (b, hop * (n - 1)) of a log mel spectrogram (b, m, n)."""
        return self.head(self.backbone(mel))


class Backbone(nn.Module):
    """Convolutional blocks at the rate of the frames."""

    def __init__(self, sizes: VocosSizes) -> None:
        super().__init__()
        self.embed = nn.Conv1d(sizes.mel_channels, sizes.dim, kernel_size=_KERNEL, padding=_KERNEL // 2)
        self.norm = nn.LayerNorm(sizes.dim, eps=_EPS)
        self.convnext = nn.ModuleList(ConvNeXtBlock(sizes.dim, sizes.hidden) for _ in range(sizes.layers))
        self.final_layer_norm = nn.LayerNorm(sizes.dim, eps=_EPS)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.norm(self.embed(mel).transpose(1, 2)).transpose(1, 2)
        for block in self.convnext:
            x = block(x)
        return self.final_layer_norm(x.transpose(1, 2))


class ConvNeXtBlock(nn.Module):
    """Liu et al. 2022, "A ConvNet for the 2020s", in one dimension."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(dim, dim, kernel_size=_KERNEL, padding=_KERNEL // 2, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=_EPS)
        self.pwconv1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(hidden, dim)
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.dwconv(x).transpose(1, 2))
        y = self.gamma * self.pwconv2(self.act(self.pwconv1(y)))
        return x + y.transpose(1, 2)


class FourierHead(nn.Module):
    """Magnitude and phase of each frame, transformed back and overlap-added."""

    def __init__(self, sizes: VocosSizes) -> None:
        super().__init__()
        self.n_fft, self.hop = sizes.n_fft, sizes.hop
        self.out = nn.Linear(sizes.dim, sizes.n_fft + 2)
        self.istft = Window(sizes.n_fft)

    def forward(self, x: Tensor) -> Tensor:
        magnitude, phase = self.out(x).transpose(1, 2).chunk(2, dim=1)
        magnitude = torch.clip(torch.exp(magnitude), max=_LOUDEST)
        spectrum = magnitude * (torch.cos(phase) + 1j * torch.sin(phase))
        return torch.istft(spectrum, self.n_fft, self.hop, self.n_fft, self.istft.window, center=True)


class Window(nn.Module):
    """Holds the window of the checkpoint, a Hann window, under the name that it has there."""

    def __init__(self, n_fft: int) -> None:
        super().__init__()
        self.register_buffer("window", torch.empty(n_fft))
        self.window: Tensor


def sizes_of(config: dict[str, Any]) -> VocosSizes:
    """The sizes in a Vocos `config.yaml`, read as a mapping.

    Raises KeyError for a missing key and ValueError for a vocoder other than mel features at 24 kHz,
    a plain backbone and an inverse Fourier head with centred frames.
    """
    feature, backbone, head = (config[part] for part in ("feature_extractor", "backbone", "head"))
    kinds = tuple(part["class_path"].rpartition(".")[2] for part in (feature, backbone, head))
    if kinds != ("MelSpectrogramFeatures", "VocosBackbone", "ISTFTHead"):
        raise ValueError(f"it is made of {', '.join(kinds)}")
    mel, body, out = (part["init_args"] for part in (feature, backbone, head))
    if out.get("padding") != "center" or mel.get("sample_rate", 24000) != 24000:
        raise ValueError(f"its head pads with {out.get('padding')!r} at {mel.get('sample_rate')} Hz")
    if body.get("adanorm_num_embeddings"):
        raise ValueError("its backbone is conditional")
    return VocosSizes(
        mel_channels=body["input_channels"],
        dim=body["dim"],
        hidden=body["intermediate_dim"],
        layers=body["num_layers"],
        n_fft=out["n_fft"],
        hop=out["hop_length"],
    )
