"""Blocks that torch's inductor has compiled to a few kernels: of C++ for a CPU, of Triton for a GPU."""

from __future__ import annotations

import os
import shutil
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.network.blocks import fitting, modulated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tts_baseline.pipelines.f5_spanish.network.blocks import Block


class Compiler:
    """Compiles what a block computes, once for all blocks and lengths. Counts its graphs and their calls.

    A call is counted inside what was compiled: where torch went back to its operators unsaid, none is.
    """

    def __init__(self) -> None:
        self.graphs = self.calls = 0
        self.computed: Callable[..., Tensor] = torch.compile(
            modulated, backend=self._compiled, dynamic=True, fullgraph=True
        )

    def _compiled(self, graph: torch.fx.GraphModule, inputs: Sequence[Any]) -> Callable[..., Any]:
        self.graphs += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # torch imports what it calls deprecated
            from torch._inductor.compile_fx import compile_fx

            kernel = compile_fx(graph, list(inputs))

        def called(*given: Any) -> Any:
            self.calls += 1
            return kernel(*given)

        return called


def check_compiler(device: str) -> None:
    """Raise PipelineError where what inductor compiles with for this kind of device is not installed."""
    cxx = os.environ.get("CXX", "g++")  # inductor's own choice on Linux
    missing = "triton" if device == "cuda" else cxx
    found = find_spec("triton") if device == "cuda" else shutil.which(cxx)
    if found is None:
        raise PipelineError(
            f"the switch compiled needs {missing}, which is not installed",
            where="--tts-optimize",
            hint="pip install triton" if device == "cuda" else "apt install g++",
        )


class CompiledBlock(nn.Module):
    """A block that a compiler has compiled, but for its modulation, which a switch may have replaced."""

    def __init__(self, block: Block, compiler: Compiler) -> None:
        super().__init__()
        self.attn_norm, self.attn, self.ff = block.attn_norm, block.attn, block.ff
        self.compiler = compiler

    def forward(
        self, x: Tensor, moment: Any, cosine: Tensor, sine: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """`x` (b, n, d) after the block; see `Block`."""
        vectors = fitting(self.attn_norm(moment), x)
        return self.compiler.computed(self.attn, self.ff, x, vectors, cosine, sine, mask=mask)
