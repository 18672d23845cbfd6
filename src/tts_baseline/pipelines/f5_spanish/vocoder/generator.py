"""HiFi-GAN and BigVGAN: a mel spectrogram to a wave by transposed convolutions, loaded as they are published.

Kong et al. 2020, "HiFi-GAN" (arXiv:2010.05646); Lee et al. 2023, "BigVGAN" (arXiv:2206.04658). Parameter
names are those of the published generators without their weight norm (`unnormed`). Their mels are not those
of F5-TTS, see `published_scale`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_WINDOW, _MELS, _QUIETEST = 1024, 100, 1e-5
_SLOPE, _LAST_SLOPE = 0.1, 0.01  # HiFi-GAN's
_TAPS = 12  # BigVGAN's filters, of twice the rate
_END = 7  # the kernel of the first and the last convolution
_TINY = 1e-9  # BigVGAN's, where its activations divide
SNAKES = ("snake", "snakebeta")


class GeneratorSizes(Record, frozen=True, kw_only=True):
    """The sizes of one generator, as its `config.json` has them; HiFi-GAN's has no `activation`."""

    channels: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    block_kernels: tuple[int, ...]
    dilations: tuple[tuple[int, ...], ...]
    paired: bool  # each dilated convolution has a plain one after it: "resblock": "1"
    activation: str = ""
    log_scale: bool = False
    last_bias: bool = True
    last_tanh: bool = True


class Generator(nn.Module):
    """The vocoder, one mel after the other."""

    def __init__(self, sizes: GeneratorSizes) -> None:
        super().__init__()
        self.sizes = sizes
        channels = sizes.channels
        self.conv_pre = nn.Conv1d(_MELS, channels, _END, padding=_END // 2)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for rate, kernel in zip(sizes.rates, sizes.kernels, strict=True):
            padding = (kernel - rate) // 2
            self.ups.append(nn.ConvTranspose1d(channels, channels // 2, kernel, rate, padding=padding))
            channels //= 2
            self.resblocks.extend(
                ResidualBlock(sizes, channels, kernel, dilations)
                for kernel, dilations in zip(sizes.block_kernels, sizes.dilations, strict=True)
            )
        self.activation_post = _activation(sizes, channels, _LAST_SLOPE)
        self.conv_post = nn.Conv1d(channels, 1, _END, padding=_END // 2, bias=sizes.last_bias)
        self._scale: Callable[[Tensor], Tensor] | None = None

    @property
    def overlap(self) -> int:
        """As far as the convolutions and filters of all rates reach together, and half a hop."""
        sizes = self.sizes
        filters = _TAPS // 2 if sizes.activation else 0
        reach, rate = _END // 2 + 0.5, 1
        for up, kernel in zip(sizes.rates, sizes.kernels, strict=True):
            reach += kernel / up / rate
            rate *= up
            blocks = zip(sizes.block_kernels, sizes.dilations, strict=True)
            furthest = max(
                sum((size // 2) * (each + sizes.paired) + filters * (1 + sizes.paired) for each in dilations)
                for size, dilations in blocks
            )
            reach += furthest / rate
        return math.ceil(reach + (filters + _END // 2) / rate)

    @torch.inference_mode()
    def waves(self, mels: Sequence[Tensor]) -> list[Tensor]:
        """The wave of each of F5-TTS's log mels (1, m, n): (hop * (n - 1),) float32."""
        if self._scale is None:
            self._scale = published_scale(self.conv_pre.weight.device)
        # Published frames are centred half a hop after those of F5-TTS.
        return [self(self._scale(mel))[0, 0, HOP // 2 : -HOP // 2] for mel in mels]

    def forward(self, mel: Tensor) -> Tensor:
        """The wave (b, 1, hop * n) of a log mel (b, m, n) of the published kind."""
        x = self.conv_pre(mel)
        each = len(self.sizes.block_kernels)
        for level, up in enumerate(self.ups):
            x = up(x if self.sizes.activation else functional.leaky_relu(x, _SLOPE))
            blocks = self.resblocks[level * each : (level + 1) * each]
            x = torch.stack([block(x) for block in blocks]).sum(dim=0) / each
        x = self.conv_post(self.activation_post(x))
        return torch.tanh(x) if self.sizes.last_tanh else x.clamp(-1.0, 1.0)


class ResidualBlock(nn.Module):
    """Dilated convolutions, each added to what it was given."""

    def __init__(self, sizes: GeneratorSizes, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.paired = sizes.paired

        def convolutions(of: Sequence[int]) -> nn.ModuleList:
            return nn.ModuleList(
                nn.Conv1d(channels, channels, kernel, dilation=each, padding=each * (kernel - 1) // 2)
                for each in of
            )

        if sizes.paired:
            self.convs1, self.convs2 = convolutions(dilations), convolutions([1] * len(dilations))
        else:
            self.convs = convolutions(dilations)
        count = len(dilations) * (1 + sizes.paired)
        self.activations = nn.ModuleList(_activation(sizes, channels, _SLOPE) for _ in range(count))

    def forward(self, x: Tensor) -> Tensor:
        if not self.paired:
            for act, layer in zip(self.activations, self.convs, strict=True):
                x = x + layer(act(x))
            return x
        acts = zip(self.activations[::2], self.activations[1::2], strict=True)
        for (act, after), first, second in zip(acts, self.convs1, self.convs2, strict=True):
            x = x + second(after(first(act(x))))
        return x


def _activation(sizes: GeneratorSizes, channels: int, slope: float) -> nn.Module:
    return AliasFree(sizes, channels) if sizes.activation else nn.LeakyReLU(slope)


class AliasFree(nn.Module):
    """A snake (Ziyin et al. 2020, arXiv:2006.08195) at twice the rate, between filters of the checkpoint."""

    def __init__(self, sizes: GeneratorSizes, channels: int) -> None:
        super().__init__()
        self.act = Snake(sizes, channels)
        self.upsample, self.downsample = Taps(), nn.Module()
        self.downsample.lowpass = Taps()

    def forward(self, x: Tensor) -> Tensor:
        channels, side = x.shape[1], _TAPS // 2 - 1
        padded = functional.pad(x, (side, side), mode="replicate")
        taps = self.upsample.filter.expand(channels, -1, -1)
        up = 2 * functional.conv_transpose1d(padded, taps, stride=2, groups=channels)
        cut = 2 * side + (_TAPS - 2) // 2
        made = functional.pad(self.act(up[..., cut:-cut]), (side, _TAPS // 2), mode="replicate")
        taps = self.downsample.lowpass.filter.expand(channels, -1, -1)
        return functional.conv1d(made, taps, stride=2, groups=channels)


class Snake(nn.Module):
    """x + sin(a x)^2 / b of each channel; a plain snake's b is a."""

    def __init__(self, sizes: GeneratorSizes, channels: int) -> None:
        super().__init__()
        self.log_scale = sizes.log_scale
        self.alpha = nn.Parameter(torch.empty(channels))
        if sizes.activation == "snakebeta":
            self.beta = nn.Parameter(torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        alpha, beta = (each[:, None] for each in (self.alpha, getattr(self, "beta", self.alpha)))
        if self.log_scale:
            alpha, beta = alpha.exp(), beta.exp()
        return x + (x * alpha).sin().square() / (beta + _TINY)


class Taps(nn.Module):
    """Holds a filter of the checkpoint under the name that it has there."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", torch.empty(1, 1, _TAPS))
        self.filter: Tensor


def published_scale(device: torch.device | str) -> Callable[[Tensor], Tensor]:
    """What turns a log mel of F5-TTS (1, m, n) into one of librosa's scale, on which generators learn.

    Both have 100 bands up to 12 kHz of the same magnitudes: by the mel of HTK each a triangle of height 1, by
    Slaney's each of area 1. Magnitudes come from the mel by least squares, none below 0.
    """
    from torchaudio.functional import melscale_fbanks

    size = (_WINDOW // 2 + 1, 0.0, SAMPLE_RATE / 2, _MELS, SAMPLE_RATE)
    inverse = torch.linalg.pinv(melscale_fbanks(*size).T).to(device)
    bands = melscale_fbanks(*size, norm="slaney", mel_scale="slaney").T.to(device)

    def scaled(mel: Tensor) -> Tensor:
        magnitudes = (inverse @ mel.exp()).clamp(min=0.0)
        return (bands @ magnitudes).clamp(min=_QUIETEST).log()

    return scaled


def generator_sizes(config: Mapping[str, Any]) -> GeneratorSizes:
    """The sizes in a `config.json` of HiFi-GAN or BigVGAN, read as a mapping.

    Raises KeyError for a missing key and ValueError for mels that F5-TTS's cannot be turned into, or for
    parts that are not known.
    """
    wanted = {"num_mels": _MELS, "sampling_rate": SAMPLE_RATE, "hop_size": HOP, "n_fft": _WINDOW,
              "win_size": _WINDOW, "fmin": 0}  # fmt: skip
    other = [f"{key} {config[key]}, not {value}" for key, value in wanted.items() if config[key] != value]
    if config["fmax"] not in (None, SAMPLE_RATE / 2):
        other.append(f"fmax {config['fmax']}, not {SAMPLE_RATE // 2}")
    if other:
        raise ValueError("it learned from other mels than F5-TTS makes: " + "; ".join(other))
    activation, block = config.get("activation", ""), str(config["resblock"])
    rates = tuple(config["upsample_rates"])
    if activation not in ("", *SNAKES) or block not in ("1", "2") or math.prod(rates) != HOP:
        raise ValueError(f"it has resblock {block}, activation {activation!r} and upsample_rates {rates}")
    return GeneratorSizes(
        channels=config["upsample_initial_channel"],
        rates=rates,
        kernels=tuple(config["upsample_kernel_sizes"]),
        block_kernels=tuple(config["resblock_kernel_sizes"]),
        dilations=tuple(map(tuple, config["resblock_dilation_sizes"])),
        paired=block == "1",
        activation=activation,
        log_scale=config.get("snake_logscale", False),
        last_bias=config.get("use_bias_at_final", True),
        last_tanh=config.get("use_tanh_at_final", True),
    )


def unnormed(
    shapes: Mapping[str, Any], read: Callable[[str], Tensor]
) -> tuple[dict[str, str], Callable[[str], Tensor]]:
    """The file's names by a generator's, and a reader of them that puts weight-normed weights together.

    `<layer>.weight_g` and `<layer>.weight_v` (Salimans & Kingma 2016, arXiv:1602.07868) are `<layer>.weight`;
    BigVGAN's `ups.0.0.` is HiFi-GAN's `ups.0.`.
    """
    halves = {
        ("weight_g", "weight_v"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    }
    normed: dict[str, tuple[str, str]] = {}
    for length, direction in halves:
        for key in shapes:
            if key.endswith("." + length):
                layer = key.removesuffix(length)
                normed[f"{layer}weight"] = (key, layer + direction)
    inside = {key for pair in normed.values() for key in pair}
    keys = {_plain(key): key for key in (*normed, *(key for key in shapes if key not in inside))}

    def tensor(key: str) -> Tensor:
        if key not in normed:
            return read(key)
        length, direction = (read(each) for each in normed[key])
        return torch._weight_norm(direction, length, 0)

    return keys, tensor


def _plain(key: str) -> str:
    parts = key.split(".")
    return ".".join(parts[:2] + parts[3:]) if parts[0] == "ups" and len(parts) == 4 else key
