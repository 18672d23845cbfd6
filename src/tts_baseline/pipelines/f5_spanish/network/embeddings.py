"""What goes into the transformer: the time, the text, the frames and their positions, as vectors."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.blocks import EPS
from tts_baseline.pipelines.f5_spanish.network.labels import UNTOLD, Labels

_TIME_FREQUENCIES = 256


class TimeEmbedding(nn.Module):
    """A flow time in [0, 1] as a vector: sinusoids, then a small network."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(_TIME_FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, time: float) -> Tensor:
        """The moment (2, d): the same for the conditional and the free flow."""
        # Filled on the device: a tensor made of a number would be copied there, and waited for.
        device = next(self.parameters()).device
        embedded = self.embedded(torch.full((1, 1), time, dtype=torch.float32, device=device))
        return torch.cat((embedded, embedded))

    def embedded(self, times: Tensor) -> Tensor:
        """The moments (b, d) of flow times (b, 1), float32."""
        weight = next(self.parameters())
        half = _TIME_FREQUENCIES // 2
        steps = torch.arange(half, device=weight.device).float()
        frequencies = torch.exp(steps * -(math.log(10000) / (half - 1)))
        angles = 1000 * times * frequencies.unsqueeze(0)
        waves = torch.cat((angles.sin(), angles.cos()), dim=-1)
        embedded: Tensor = self.time_mlp(waves.to(weight.dtype))
        return embedded


class ProsodyEmbedding(nn.Module):
    """What is told of each token as a vector: its sentence's type, region and style, added up.

    The vectors begin as zero, so that a network that has never been told computes what it did.
    """

    def __init__(self, labels: Labels, dim: int) -> None:
        super().__init__()
        self.sentence, self.region, self.style = (
            nn.Embedding.from_pretrained(torch.zeros(len(names), dim), freeze=False)
            for names in labels.kinds.values()
        )
        # Vaswani et al. 2017, 3.4. A step of Adam's is as long for small gradients as for large ones: the
        # rates of fine-tuning would move these from zero too slowly to be heard.
        self.scale = dim**0.5

    def forward(self, labels: Tensor, frames: int) -> Tensor:
        """(b, n, d) of labels (b, t, 3), a number of each kind for each token, or `UNTOLD`."""
        told = labels[:, :frames]
        told = functional.pad(told, (0, 0, 0, frames - told.shape[1]), value=UNTOLD)
        kinds = zip((self.sentence, self.region, self.style), told.unbind(dim=-1), strict=True)
        vectors = (
            vectors(numbers.clamp(min=0)).masked_fill((numbers < 0).unsqueeze(-1), 0.0)
            for vectors, numbers in kinds
        )
        total: Tensor = sum(vectors) * self.scale
        return total


class TextEmbedding(nn.Module):
    """Text tokens as one vector a frame: embedded, padded with a filler to the frames, then convolved."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.masks_padding = architecture.behaviour.masks_text_padding
        self.averages = architecture.behaviour.averages_text
        # Given its weights, it draws none: computing on the meta device would import half of torch.
        weights = torch.empty(architecture.tokens + 1, architecture.text_dim)
        self.text_embed = nn.Embedding.from_pretrained(weights, freeze=False)
        told = architecture.labels
        self.prosody = ProsodyEmbedding(told, architecture.text_dim) if told else None
        self.text_blocks = nn.Sequential(
            *(
                ConvNeXtV2Block(architecture.text_dim, architecture.text_hidden)
                for _ in range(architecture.text_blocks)
            )
        )

    def forward(
        self,
        tokens: Tensor,
        frames: int,
        *,
        labels: Tensor | None = None,
        drop: bool = False,
        padding: Tensor | None = None,
    ) -> Tensor:
        """(b, n, text width); `drop` leaves out the text, but in v1 not its length.

        What is told of the tokens, `labels` (b, t, 3), is left out with it; without labels nothing is told.
        Frames that are marked in `padding` (b, n, 1), of batches in training, begin as zero without a token.
        """
        filled = (tokens + 1)[:, :frames]
        filled = functional.pad(filled, (0, frames - filled.shape[1]), value=0)
        if padding is not None:
            filled = filled.masked_fill(padding.squeeze(-1), 0)
        filler = (filled == 0).unsqueeze(-1)
        x = self.text_embed(torch.zeros_like(filled) if drop else filled)
        if self.prosody is not None and labels is not None:
            # Of what is dropped there is a gradient of zero: processes stay alike, whatever each drew.
            x = x + self.prosody(torch.full_like(labels, UNTOLD) if drop else labels, frames)
        x = x + self._positions(frames, x)
        if not self.masks_padding:
            return self.text_blocks(x if padding is None else x.masked_fill(padding, 0.0))
        x = x.masked_fill(filler, 0.0)
        for block in self.text_blocks:
            x = block(x).masked_fill(filler, 0.0)
        return _spread(x, filler, padding) if self.averages else x

    @staticmethod
    def _positions(frames: int, like: Tensor) -> Tensor:
        dim = like.shape[-1]
        frequencies = 1.0 / (10000.0 ** (torch.arange(0, dim, 2)[: dim // 2].float() / dim))
        angles = torch.outer(torch.arange(frames), frequencies).float()
        return torch.cat((angles.cos(), angles.sin()), dim=-1).to(like.device, like.dtype)


def _spread(x: Tensor, filler: Tensor, padding: Tensor | None) -> Tensor:
    """`x` (b, n, d) with each token over as many frames as the next, the last ones over one more."""
    tokens = (~filler).sum(dim=1)
    frames = torch.full_like(tokens, x.shape[1]) if padding is None else (~padding).sum(dim=1)
    share = frames // tokens.clamp(min=1)
    longer = frames - share * tokens
    frame = torch.arange(x.shape[1], device=x.device)
    first = tokens - longer
    late = first + (frame - first * share) // (share + 1)
    owner = torch.where(frame < first * share, frame // share.clamp(min=1), late).clamp(max=x.shape[1] - 1)
    spread = torch.gather(x, 1, owner.unsqueeze(-1).expand_as(x))
    return spread if padding is None else spread.masked_fill(padding, 0.0)


class ConvNeXtV2Block(nn.Module):
    """Woo et al. 2023, "ConvNeXt V2", in one dimension."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.pwconv1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.grn = ResponseNorm(hidden)
        self.pwconv2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        y = self.dwconv(x.transpose(1, 2)).transpose(1, 2)
        y = self.grn(self.act(self.pwconv1(self.norm(y))))
        return x + self.pwconv2(y)


class ResponseNorm(nn.Module):
    """Global response normalization over time (Woo et al. 2023, eq. 1 to 3)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, dim))
        self.beta = nn.Parameter(torch.zeros(1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        response = torch.norm(x, p=2, dim=1, keepdim=True)
        response = response / (response.mean(dim=-1, keepdim=True) + EPS)
        return self.gamma * (x * response) + self.beta + x


class InputEmbedding(nn.Module):
    """State, reference and text of each frame, mixed and given their positions by convolution."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = architecture
        self.proj = nn.Linear(2 * a.mel_channels + a.text_dim, a.dim)
        self.conv_pos_embed = ConvolutionalPositions(a.dim)

    def forward(self, state: Tensor, mel: Tensor, text: Tensor, padding: Tensor | None = None) -> Tensor:
        x = self.proj(torch.cat((state, mel, text), dim=-1))
        return self.conv_pos_embed(x, padding) + x


class ConvolutionalPositions(nn.Module):
    """Relative positions by two grouped convolutions."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1d = nn.Sequential(
            nn.Conv1d(dim, dim, 31, groups=16, padding=15),
            nn.Mish(),
            nn.Conv1d(dim, dim, 31, groups=16, padding=15),
            nn.Mish(),
        )

    def forward(self, x: Tensor, padding: Tensor | None = None) -> Tensor:
        """`padding` (b, n, 1) marks frames that are none, of batches in training; it stays zero."""
        x = x.permute(0, 2, 1)
        if padding is None:
            return self.conv1d(x).permute(0, 2, 1)
        padding = padding.permute(0, 2, 1)
        x = x.masked_fill(padding, 0.0)
        for layer in self.conv1d:
            x = layer(x)
            if isinstance(layer, nn.Conv1d):
                x = x.masked_fill(padding, 0.0)
        return x.permute(0, 2, 1)


class RotaryAngles(nn.Module):
    """Cosines and sines of rotary positions (Su et al. 2021), float32, each angle for a pair of channels.

    The frequencies are those of the checkpoint.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("inv_freq", torch.empty(size // 2))
        self.inv_freq: Tensor

    def forward(self, frames: int) -> tuple[Tensor, Tensor]:
        positions = torch.arange(frames, device=self.inv_freq.device).type_as(self.inv_freq)
        angles = torch.outer(positions, self.inv_freq).repeat_interleave(2, dim=-1)
        return angles.cos(), angles.sin()
