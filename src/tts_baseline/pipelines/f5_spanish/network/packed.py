"""Linear layers whose weights lie as the processor's library wants them, or are in 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tts_baseline.pipelines.f5_spanish.weights import let_go

if TYPE_CHECKING:
    from collections.abc import Callable

    from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer

_ROWS = 1024  # chosen: two flows of some 5 s; packed for so many rows, others are as fast (docs/speed.md)


class PackedLinear(nn.Module):
    """A linear layer by oneDNN, a GELU (tanh) after it where it is asked for. Counts its calls."""

    def __init__(self, layer: nn.Linear, *, gelu: bool = False) -> None:
        super().__init__()
        self.bias = layer.bias
        self.weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight, _ROWS)
        self.after: tuple[Any, ...] = ("gelu", [], "tanh") if gelu else ("none", [], "")
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        y: Tensor = torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, *self.after)
        return y


class Int8Linear(nn.Module):
    """A linear layer in 8 bits: weights by the largest of each row, inputs by that of each call.

    reduced: weights in 7 bits, so that two products have room in the 16 bits in which AVX2 sums them (oneDNN,
    "Nuances of int8 computations"). Inputs share one scale, and would lose more.
    """

    def __init__(self, layer: nn.Linear, *, reduced: bool = False) -> None:
        super().__init__()
        levels = 63 if reduced else 127  # 2 * 255 * 63 < 2**15
        rows = layer.weight.abs().amax(dim=1).clamp(min=torch.finfo(torch.float32).tiny)
        zeros = torch.zeros(len(rows), dtype=torch.long)
        eighth = torch.quantize_per_channel(layer.weight, rows.double() / levels, zeros, 0, torch.qint8)
        self.weight = torch.ops.quantized.linear_prepack(eighth, layer.bias)
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        y: Tensor = torch.ops.quantized.linear_dynamic(x, self.weight)
        return y


def repacked(network: Transformer, kind: Callable[[nn.Linear], nn.Module]) -> None:
    """Replace every linear layer of attention and feed-forward, in place; those that see two rows stay.

    The memory of what was replaced is given back block by block, so that it is never there twice.
    """
    for block in network.transformer_blocks:
        plain = [*block.attn.parameters(), *block.ff.parameters()]
        for part in [*block.attn.modules(), *block.ff.modules()]:
            for name, layer in part.named_children():
                if isinstance(layer, nn.Linear):
                    setattr(part, name, kind(layer))
        let_go(plain)


def counted(network: Transformer, kind: type[PackedLinear | Int8Linear]) -> tuple[int, int]:
    """How many layers are of a kind, and how often they were called; none where a plain one is left."""
    parts = [part for b in network.transformer_blocks for part in (*b.attn.modules(), *b.ff.modules())]
    if any(isinstance(part, nn.Linear) for part in parts):
        return 0, 0
    layers = [part for part in parts if isinstance(part, kind)]
    return len(layers), sum(layer.calls for layer in layers)
