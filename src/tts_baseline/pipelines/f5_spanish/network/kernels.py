"""Attention and block whose launches between the products are two kernels of Triton's, written by hand.

`turn` rotates the queries and keys of a joint product where they lie; `norm` adds a gated branch, takes the
norm of the sum and modulates it. Both compute in float32 and round once. A GELU is one launch as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import triton
import triton.language as tl
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE
from tts_baseline.pipelines.f5_spanish.network.blocks import EPS, fitting
from tts_baseline.pipelines.f5_spanish.network.fused import FusedAttention

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.network.blocks import Block


class Launches:
    """Counts the launches of each kernel."""

    def __init__(self) -> None:
        self.turned = self.normed = 0


class KernelAttention(FusedAttention):
    """Attention that turns queries and keys of its joint product by one launch."""

    def __init__(self, block: Block, launches: Launches) -> None:
        super().__init__(block.attn)
        self.launches = launches

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor | None = None) -> Tensor:
        qkv = self.to_qkv(x)
        turn(qkv, cosine, sine, heads=self.heads if self.rotated is None else self.rotated)
        self.launches.turned += 1
        q, k, v = qkv.unflatten(-1, (3, self.heads, HEAD_SIZE)).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.to_out[0](attended.transpose(1, 2).flatten(2))


class KernelBlock(nn.Module):
    """A block whose norms, modulations and gates are three launches.

    All flows are at one time, so the modulation of the first is that of the others.
    """

    def __init__(self, block: Block, launches: Launches) -> None:
        super().__init__()
        self.attn_norm, self.ff = block.attn_norm, block.ff
        self.attn = KernelAttention(block, launches)
        self.launches = launches

    def forward(
        self, x: Tensor, moment: Any, cosine: Tensor, sine: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """`x` (b, n, d) after the block; see `Block`."""
        shift, scale, gate, ff_shift, ff_scale, ff_gate = fitting(self.attn_norm(moment), x)
        _, modulated = norm(x, scale, shift)
        x, modulated = norm(x, ff_scale, ff_shift, branch=self.attn(modulated, cosine, sine, mask), gate=gate)
        self.launches.normed += 2
        return torch.addcmul(x, ff_gate, self.ff(modulated))


def turn(qkv: Tensor, cosine: Tensor, sine: Tensor, *, heads: int) -> None:
    """Turn the first heads of queries and keys in `qkv` (b, n, 3 d) by their angles (n, 64), in place."""
    batch, frames, width = qkv.shape
    _turn[(batch * frames, 2 * heads)](
        qkv, cosine, sine, frames, heads, width, width // 3, HEAD_SIZE // 2, num_warps=1
    )


def norm(
    x: Tensor, scale: Tensor, shift: Tensor, *, branch: Tensor | None = None, gate: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """`x` (b, n, d), with a branch through its gate added where one is given, and its modulated norm.

    `scale`, `shift` and `gate` are (1, 1, d).
    """
    summed = x if branch is None else torch.empty_like(x)
    out = torch.empty_like(x)
    size = x.shape[-1]
    block = triton.next_power_of_2(size)
    warps = min(8, max(1, block // 128))  # chosen: four values a lane
    _norm[(x.numel() // size,)](
        x, x if branch is None else branch, scale if gate is None else gate, scale, shift, summed, out,
        size, EPS, branch is not None, block, num_warps=warps,
    )  # fmt: skip
    return summed, out


@triton.jit
def _turn(  # type: ignore[no-untyped-def]
    qkv, cosine, sine, frames, heads, width, inner, pairs: tl.constexpr
):
    row, which = tl.program_id(0).to(tl.int64), tl.program_id(1)  # the queries' heads, then the keys'
    even = 2 * tl.arange(0, pairs)
    first = qkv + row * width + (which // heads) * inner + (which % heads) * (2 * pairs) + even
    angle = (row % frames) * (2 * pairs) + even
    along, across = tl.load(first).to(tl.float32), tl.load(first + 1).to(tl.float32)
    c, s = tl.load(cosine + angle), tl.load(sine + angle)
    tl.store(first, along * c - across * s)
    tl.store(first + 1, across * c + along * s)


@triton.jit
def _norm(  # type: ignore[no-untyped-def]
    x, branch, gate, scale, shift, summed, out, size, eps, adds: tl.constexpr, block: tl.constexpr
):
    column = tl.arange(0, block)
    inside = column < size
    place = tl.program_id(0).to(tl.int64) * size + column
    value = tl.load(x + place, mask=inside, other=0.0).to(tl.float32)
    if adds:
        opened = tl.load(gate + column, mask=inside, other=0.0).to(tl.float32)
        value += opened * tl.load(branch + place, mask=inside, other=0.0).to(tl.float32)
        tl.store(summed + place, value, mask=inside)
    centred = tl.where(inside, value - tl.sum(value, axis=0) / size, 0.0)
    normed = centred * tl.rsqrt(tl.sum(centred * centred, axis=0) / size + eps)
    up = 1.0 + tl.load(scale + column, mask=inside, other=0.0).to(tl.float32)
    moved = tl.load(shift + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + place, normed * up + moved, mask=inside)
