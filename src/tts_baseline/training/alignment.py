"""An alignment that is learned sooner: the middle of the network is asked which phone each frame has.

Text and speech have no common clock in F5-TTS, and a small network on few hours of speech takes long to find
one. Labels of forced alignment, read from the hidden states as in A-DMA (Jiang et al. 2025, "Accelerating
Diffusion-based Text-to-Speech Model Training with Dual Modality Alignment", arXiv:2505.19595), teach it
where in the text it is. What reads them is left out of what speaks.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training.network import computed
from tts_baseline.training.objective import UNLABELLED, Batch, Draw, Lesson, flow_error, scene_of

_NAME = "alignment"


def taught(network: Transformer, *, phones: int, seed: int) -> Transformer:
    """The network with what reads so many phones from its middle; it computes what it did, bit for bit.

    Raises SettingsError where the dataset knows no phone.
    """
    if not phones:
        raise SettingsError(
            "no clip of this dataset has its phones, and the recipe would learn the alignment from them",
            where="align in the recipe",
            hint="give phones in manifest.jsonl, or set align = 0",
        )
    width = network.architecture.dim
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network.add_module(_NAME, nn.Sequential(nn.LayerNorm(width), nn.Linear(width, phones)))
    return network


def lesson(weight: float) -> Lesson:
    """The loss of the flow, and so much of the alignment's: a function like `objective.loss`."""

    def loss(network: Transformer, batch: Batch, drawn: Draw) -> Tensor:
        found = computed(network, scene_of(batch, drawn))
        error = flow_error(found.flow.float(), batch, drawn)
        # Without a text no phone can be told; a gradient of zero keeps processes alike, whatever each drew.
        asked = 0.0 if drawn.drops_text else weight
        return error + asked * _alignment(network, found.middle, batch, drawn)

    return loss


def without(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights but for what reads the phones."""
    return {name: weight for name, weight in weights.items() if not name.startswith(f"{_NAME}.")}


def _alignment(network: Transformer, middle: Tensor, batch: Batch, drawn: Draw) -> Tensor:
    """The mean cross entropy of the phones over the hidden frames that have one, a scalar."""
    span = drawn.span.to(middle.device)
    labels = batch.phones[span]
    read: Tensor = network.get_submodule(_NAME)(middle[span]).float()
    total = functional.cross_entropy(read, labels, ignore_index=UNLABELLED, reduction="sum")
    return total / (labels != UNLABELLED).sum().clamp(min=1)
