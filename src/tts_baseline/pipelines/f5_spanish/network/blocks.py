"""The transformer's blocks: attention and feed-forward, modulated by the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE, Architecture

if TYPE_CHECKING:
    from collections.abc import Callable

EPS = 1e-6  # upstream's, of every norm in the network


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """`x` (b, heads, n, size) with each pair of channels turned by its angle, in float32."""
    pairs = x.unflatten(-1, (-1, 2))
    turned = torch.stack((-pairs[..., 1], pairs[..., 0]), dim=-1).flatten(-2)
    return (x * cosine + turned * sine).to(x.dtype)


class Modulation(nn.Module):
    """Adaptive layer norm (Peebles & Xie 2023, adaLN-Zero): vectors out of the time."""

    def __init__(self, dim: int, *, vectors: int) -> None:
        super().__init__()
        self.vectors = vectors
        self.linear = nn.Linear(dim, dim * vectors)

    def forward(self, moment: Tensor) -> tuple[Tensor, ...]:
        """The vectors (b, 1, d) of a moment (b, d), see `TimeEmbedding`; b is 2 when it speaks."""
        return self.linear(functional.silu(moment)).unsqueeze(1).chunk(self.vectors, dim=-1)


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

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor | None = None) -> Tensor:
        """What each frame of `x` attends to; `mask` (b, 1, 1, n) is added to its scores of the frames."""
        q, k, v = (self._by_head(project(x)) for project in (self.to_q, self.to_k, self.to_v))
        if self.rotated is None:
            q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        else:
            for heads in (q, k):
                heads[:, : self.rotated] = rotate(heads[:, : self.rotated], cosine, sine)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
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
    """One transformer block; its modulation is shift, scale and gate of attention, then of feed-forward."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.attn_norm: Callable[[Any], tuple[Tensor, ...]] = Modulation(architecture.dim, vectors=6)
        self.attn = Attention(architecture)
        self.ff = FeedForward(architecture.dim, architecture.feed_forward)

    def forward(
        self,
        x: Tensor,
        moment: Any,
        cosine: Tensor,
        sine: Tensor,
        padding: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """`x` (b, n, d) after the block; `moment` is what the network's `time_embed` makes of a time.

        Frames that are marked in `padding` (b, n, 1), of batches in training, get nothing from attention;
        nothing is attended to where `mask`, of batches that speak, is -inf.
        """
        vectors = fitting(self.attn_norm(moment), x)
        return modulated(self.attn, self.ff, x, vectors, cosine, sine, padding, mask)


def modulated(
    attention: nn.Module,
    feed_forward: nn.Module,
    x: Tensor,
    vectors: tuple[Tensor, ...],
    cosine: Tensor,
    sine: Tensor,
    padding: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`x` (b, n, d) after a block's attention and feed-forward under the vectors of its modulation."""
    shift, scale, gate, ff_shift, ff_scale, ff_gate = vectors
    attended = attention(normed(x) * (1 + scale) + shift, cosine, sine, mask)
    x = x + gate * (attended if padding is None else attended.masked_fill(padding, 0.0))
    return x + ff_gate * feed_forward(normed(x) * (1 + ff_scale) + ff_shift)


def fitting(vectors: tuple[Tensor, ...], x: Tensor) -> tuple[Tensor, ...]:
    """The vectors (b, 1, d) of a modulation for the items of `x`: of each its own, or the first for all."""
    return vectors if len(vectors[0]) == len(x) else tuple(each[:1] for each in vectors)


def normed(x: Tensor) -> Tensor:
    """`x` with mean 0 and variance 1 over its last dimension."""
    return functional.layer_norm(x, (x.shape[-1],), eps=EPS)
