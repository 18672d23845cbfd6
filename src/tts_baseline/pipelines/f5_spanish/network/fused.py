"""Attention and block with fewer operators than the reference's; they compute the same, rounded otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE
from tts_baseline.pipelines.f5_spanish.network.blocks import EPS, fitting
from tts_baseline.pipelines.f5_spanish.weights import let_go

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.network.blocks import Attention, Block


class FusedAttention(nn.Module):
    """Attention whose queries, keys and values are one product, and turned together. Counts its calls."""

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        self.heads, self.rotated = attention.heads, attention.rotated
        self.to_qkv = joined(attention.to_q, attention.to_k, attention.to_v)
        self.to_out = attention.to_out
        self.calls = 0

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor | None = None) -> Tensor:
        self.calls += 1
        qkv = self.to_qkv(x).unflatten(-1, (3, self.heads, HEAD_SIZE)).permute(2, 0, 3, 1, 4)
        turn(qkv[:2, :, : self.rotated], cosine, sine)
        q, k, v = qkv
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.to_out[0](attended.transpose(1, 2).flatten(2))


class FusedBlock(nn.Module):
    """A block whose norms take the modulation as their weights, and whose gates add. Counts its calls.

    All flows are at one time, so the modulation of the first is that of the others.
    """

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.attn_norm, self.attn, self.ff = block.attn_norm, block.attn, block.ff
        self.calls = 0

    def forward(
        self, x: Tensor, moment: Any, cosine: Tensor, sine: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """`x` (b, n, d) after the block; see `Block`."""
        self.calls += 1
        shift, scale, gate, ff_shift, ff_scale, ff_gate = fitting(self.attn_norm(moment), x)
        x = torch.addcmul(x, gate, self.attn(_modulated(x, scale, shift), cosine, sine, mask))
        return torch.addcmul(x, ff_gate, self.ff(_modulated(x, ff_scale, ff_shift)))


def turn(x: Tensor, cosine: Tensor, sine: Tensor) -> None:
    """Turn each pair of channels of `x` (..., n, size) by its angle, in place and in float32.

    A pair is a complex number, and its turn a product: one pass over memory where `blocks.rotate` takes six.
    """
    single = x.float()
    pairs = torch.view_as_complex(single.unflatten(-1, (-1, 2)))
    pairs.mul_(torch.complex(cosine[..., ::2], sine[..., ::2]))
    if single is not x:
        x.copy_(single)


def joined(*layers: nn.Linear) -> nn.Linear:
    """One linear layer whose outputs are those of all the layers, in their order."""
    first = layers[0]
    with torch.device("meta"):
        layer = nn.Linear(first.in_features, sum(each.out_features for each in layers))
    for name in ("weight", "bias"):
        rows = torch.cat([getattr(each, name) for each in layers])
        setattr(layer, name, nn.Parameter(rows, requires_grad=False))
    let_go(weights for each in layers for weights in each.parameters())
    return layer


def _modulated(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return functional.layer_norm(x, (x.shape[-1],), 1 + scale[0, 0], shift[0, 0], eps=EPS)
