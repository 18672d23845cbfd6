"""Weights as they are exported: in float16, but for what is computed and not learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from tts_baseline.core.errors import PipelineError


def halved(weights: Mapping[str, Tensor], exact: Collection[str]) -> dict[str, Tensor]:
    """The weights in float16, but for the `exact` ones; PipelineError for one that float16 does not hold."""
    broken = [name for name, weight in weights.items() if not bool(torch.isfinite(weight.half()).all())]
    if broken:
        raise PipelineError(
            f"{len(broken)} of the weights are no numbers in float16, such as {broken[0]}",
            hint="train anew with a lower peak, or export an earlier checkpoint",
        )
    return {
        name: (weight if name in exact else weight.half()).contiguous() for name, weight in weights.items()
    }
