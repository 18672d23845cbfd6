"""What a run begins with: the network of a checkpoint, or one that knows nothing."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training.adapters import adapted
from tts_baseline.training.network import untrained
from tts_baseline.training.recipes import Recipe


def network(recipe: Recipe, vocabulary: Vocabulary, *, start: str | None, root: Path) -> Transformer:
    """The network to train, on the CPU: that of the checkpoint `start`, or an untrained one.

    With `lora` in the recipe, adapters learn and nothing else.

    Raises PipelineError and SettingsError as loading a checkpoint does.
    """
    if start is None:
        if recipe.lora:
            raise SettingsError(
                "adapters learn beside weights that have learned already, and no checkpoint is named",
                where="lora in the recipe",
                hint="add --start CHECKPOINT, or set lora = 0",
            )
        return untrained(_architecture(recipe, len(vocabulary)), seed=recipe.seed)
    opened = transformer(start, arch=recipe.arch, tokens=len(vocabulary), device="cpu", root=root)
    # Its parameters are the file's, mapped into memory: what learns needs memory of its own.
    own = untrained(opened.architecture, seed=recipe.seed)
    own.load_state_dict(opened.state_dict())
    return adapted(own, rank=recipe.lora, seed=recipe.seed) if recipe.lora else own


def teacher(source: str, recipe: Recipe, vocabulary: Vocabulary, *, root: Path) -> Transformer:
    """The network of a checkpoint, to learn from. Raises as loading a checkpoint does."""
    return transformer(source, arch=recipe.arch, tokens=len(vocabulary), device="cpu", root=root)


def _architecture(recipe: Recipe, tokens: int) -> Architecture:
    sizes = recipe.sizes
    if sizes.dim % 16:
        raise SettingsError(
            f"dim is {sizes.dim}, and has to be a multiple of 16 (the groups of the convolutional positions)",
            where="sizes in the recipe",
            hint="set dim = 256",
        )
    return Architecture(
        version=recipe.arch,
        dim=sizes.dim,
        depth=sizes.depth,
        heads=sizes.heads,
        feed_forward=sizes.feed_forward,
        text_dim=sizes.text_dim,
        text_blocks=sizes.text_blocks,
        text_hidden=2 * sizes.text_dim,
        tokens=tokens,
    )
