"""The diffusion transformer of F5-TTS v0 and v1, for inference.

Chen et al. 2024, "F5-TTS: A Fairytaler that Fakes Fluent and Faithful Speech with Flow Matching"
(arXiv:2410.06885). Parameter names are those of the published checkpoints. In float32 on a CPU its output
equals upstream f5-tts 1.1.22 bit for bit. In half precision the time, the rotary angles and the state of the
solver stay float32: rounding them costs 5 % of the time embedding and 0.8 rad at frame 2000 in float16.

Shapes: b items, n frames, d model width, m mel channels, t text tokens. What does not change from step to
step (text embedding, rotary angles) is computed once a chunk, by `condition`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.model.architecture import HEAD_SIZE, Architecture

_TIME_FREQUENCIES = 256
_EPS = 1e-6


class Condition(NamedTuple):
    """What stays fixed over the steps of one chunk."""

    mel: Tensor
    text: Tensor
    no_text: Tensor
    cosine: Tensor
    sine: Tensor


class Transformer(nn.Module):
    """The DiT backbone: predicts the flow at one time, with and without its condition."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = architecture
        self.version = a.version
        self.time_embed = TimeEmbedding(a.dim)
        self.text_embed = TextEmbedding(a)
        self.input_embed = InputEmbedding(a)
        self.rotary_embed = RotaryAngles(HEAD_SIZE)
        self.transformer_blocks = nn.ModuleList(Block(a) for _ in range(a.depth))
        self.norm_out = FinalModulation(a.dim)
        self.proj_out = nn.Linear(a.dim, a.mel_channels)

    @property
    def dtype(self) -> torch.dtype:
        """The type of the weights, in which products are computed."""
        dtype: torch.dtype = self.proj_out.weight.dtype
        return dtype

    def condition(self, mel: Tensor, tokens: Tensor) -> Condition:
        """The condition of a chunk: `mel` (1, n, m), zero where it is to be spoken; `tokens` (1, t)."""
        frames = mel.shape[1]
        cosine, sine = self.rotary_embed(frames)
        return Condition(
            mel.to(self.dtype),
            self.text_embed(tokens, frames),
            self.text_embed(tokens, frames, drop=True),
            cosine,
            sine,
        )

    def forward(self, state: Tensor, time: Tensor, given: Condition) -> tuple[Tensor, Tensor]:
        """The conditional and the unconditional flow, (1, n, m) each; `state` (1, n, m), `time` a scalar."""
        moment = self.time_embed(time.reshape(1))
        moment = torch.cat((moment, moment))
        state = state.to(self.dtype)
        x = torch.cat(
            (
                self.input_embed(state, given.mel, given.text),
                self.input_embed(state, torch.zeros_like(given.mel), given.no_text),
            )
        )
        for block in self.transformer_blocks:
            x = block(x, moment, given.cosine, given.sine)
        flow = self.proj_out(self.norm_out(x, moment))
        with_condition, without = flow.float().chunk(2)
        return with_condition, without


class TimeEmbedding(nn.Module):
    """A flow time in [0, 1] as a vector: sinusoids, then a small network."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(_TIME_FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, time: Tensor) -> Tensor:
        half = _TIME_FREQUENCIES // 2
        steps = torch.arange(half, device=time.device).float()
        frequencies = torch.exp(steps * -(math.log(10000) / (half - 1)))
        angles = 1000 * time.float().unsqueeze(1) * frequencies.unsqueeze(0)
        waves = torch.cat((angles.sin(), angles.cos()), dim=-1)
        return self.time_mlp(waves.to(next(self.parameters()).dtype))


class TextEmbedding(nn.Module):
    """Text tokens as one vector a frame: embedded, padded with a filler to the frames, then convolved."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.masks_padding = architecture.behaviour.masks_text_padding
        # Given its weights, it draws none: computing on the meta device would import half of torch.
        weights = torch.empty(architecture.tokens + 1, architecture.text_dim)
        self.text_embed = nn.Embedding.from_pretrained(weights, freeze=False)
        self.text_blocks = nn.Sequential(
            *(
                ConvNeXtV2Block(architecture.text_dim, architecture.text_hidden)
                for _ in range(architecture.text_blocks)
            )
        )

    def forward(self, tokens: Tensor, frames: int, *, drop: bool = False) -> Tensor:
        """(1, n, text width); `drop` leaves out the text, but in v1 not its length."""
        filled = (tokens + 1)[:, :frames]
        filled = functional.pad(filled, (0, frames - filled.shape[1]), value=0)
        padding = (filled == 0).unsqueeze(-1)
        x = self.text_embed(torch.zeros_like(filled) if drop else filled)
        x = x + self._positions(frames, x)
        if not self.masks_padding:
            return self.text_blocks(x)
        x = x.masked_fill(padding, 0.0)
        for block in self.text_blocks:
            x = block(x).masked_fill(padding, 0.0)
        return x

    @staticmethod
    def _positions(frames: int, like: Tensor) -> Tensor:
        dim = like.shape[-1]
        frequencies = 1.0 / (10000.0 ** (torch.arange(0, dim, 2)[: dim // 2].float() / dim))
        angles = torch.outer(torch.arange(frames), frequencies).float()
        return torch.cat((angles.cos(), angles.sin()), dim=-1).to(like.device, like.dtype)


class ConvNeXtV2Block(nn.Module):
    """Woo et al. 2023, "ConvNeXt V2", in one dimension."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=_EPS)
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
        response = response / (response.mean(dim=-1, keepdim=True) + _EPS)
        return self.gamma * (x * response) + self.beta + x


class InputEmbedding(nn.Module):
    """State, reference and text of each frame, mixed and given their positions by convolution."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = architecture
        self.proj = nn.Linear(2 * a.mel_channels + a.text_dim, a.dim)
        self.conv_pos_embed = ConvolutionalPositions(a.dim)

    def forward(self, state: Tensor, mel: Tensor, text: Tensor) -> Tensor:
        x = self.proj(torch.cat((state, mel, text), dim=-1))
        return self.conv_pos_embed(x) + x


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

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1d(x.permute(0, 2, 1)).permute(0, 2, 1)


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


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """`x` (b, heads, n, size) with each pair of channels turned by its angle, in float32."""
    pairs = x.unflatten(-1, (-1, 2))
    turned = torch.stack((-pairs[..., 1], pairs[..., 0]), dim=-1).flatten(-2)
    return (x * cosine + turned * sine).to(x.dtype)


class Modulation(nn.Module):
    """Adaptive layer norm (Peebles & Xie 2023, adaLN-Zero): six vectors out of the time."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, dim * 6)

    def forward(self, moment: Tensor) -> tuple[Tensor, ...]:
        """Shift, scale and gate of the attention, then of the feed-forward: (b, 1, d) each."""
        return self.linear(functional.silu(moment)).unsqueeze(1).chunk(6, dim=-1)


class FinalModulation(nn.Module):
    """Adaptive layer norm before the output."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, dim * 2)

    def forward(self, x: Tensor, moment: Tensor) -> Tensor:
        scale, shift = self.linear(functional.silu(moment)).unsqueeze(1).chunk(2, dim=-1)
        return _normed(x) * (1 + scale) + shift


class Attention(nn.Module):
    """Self-attention over all frames, with rotary positions on some heads (v0: one; v1: all)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.heads = architecture.heads
        self.rotated = architecture.behaviour.rotated_heads
        inner = architecture.heads * HEAD_SIZE
        self.to_q = nn.Linear(architecture.dim, inner)
        self.to_k = nn.Linear(architecture.dim, inner)
        self.to_v = nn.Linear(architecture.dim, inner)
        self.to_out = nn.ModuleList([nn.Linear(inner, architecture.dim)])

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        q, k, v = (self._by_head(project(x)) for project in (self.to_q, self.to_k, self.to_v))
        if self.rotated is None:
            q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        else:
            for each in (q, k):
                each[:, : self.rotated] = rotate(each[:, : self.rotated], cosine, sine)
        attended = functional.scaled_dot_product_attention(q, k, v)
        return self.to_out[0](attended.transpose(1, 2).flatten(2))

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, HEAD_SIZE)).transpose(1, 2)


class FeedForward(nn.Module):
    """Two products with a GELU (tanh) between them."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        widen = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(approximate="tanh"))
        self.ff = nn.Sequential(widen, nn.Identity(), nn.Linear(hidden, dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.ff(x)


class Block(nn.Module):
    """One transformer block, modulated by the time."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.attn_norm = Modulation(architecture.dim)
        self.attn = Attention(architecture)
        self.ff = FeedForward(architecture.dim, architecture.feed_forward)

    def forward(self, x: Tensor, moment: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        shift, scale, gate, ff_shift, ff_scale, ff_gate = self.attn_norm(moment)
        x = x + gate * self.attn(_normed(x) * (1 + scale) + shift, cosine, sine)
        return x + ff_gate * self.ff(_normed(x) * (1 + ff_scale) + ff_shift)


def _normed(x: Tensor) -> Tensor:
    return functional.layer_norm(x, (x.shape[-1],), eps=_EPS)
