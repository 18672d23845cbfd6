"""What a run begins with: the network of a checkpoint, or one that knows nothing."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.labels import NEUTRAL, Labels
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import alignment, objective
from tts_baseline.training.adapters import adapted
from tts_baseline.training.dataset import Dataset
from tts_baseline.training.network import untrained
from tts_baseline.training.objective import Lesson
from tts_baseline.training.recipes import Recipe


def network(
    recipe: Recipe,
    vocabulary: Vocabulary,
    *,
    start: str | None,
    root: Path,
    names: Labels = Labels(),  # noqa: B008 - frozen
) -> Transformer:
    """The network to train, on the CPU: that of the checkpoint `start`, or an untrained one.

    With `lora` in the recipe, adapters learn and nothing else. With `prosody`, or where the checkpoint has
    learned so, it has vectors of `names`, too: zero where the checkpoint has none.

    Raises PipelineError and SettingsError as loading a checkpoint does.
    """
    if start is None:
        if recipe.lora:
            raise SettingsError(
                "adapters learn beside weights that have learned already, and no checkpoint is named",
                where="lora in the recipe",
                hint="add --start CHECKPOINT, or set lora = 0",
            )
        sizes = _architecture(recipe, len(vocabulary))
        return untrained(replace(sizes, labels=names if recipe.prosody else None), seed=recipe.seed)
    opened = transformer(start, arch=recipe.arch, tokens=len(vocabulary), device="cpu", root=root)
    # Its parameters are the file's, mapped into memory: what learns needs memory of its own.
    labels = opened.architecture.labels
    if recipe.prosody or labels:
        labels = (labels or Labels()).widened(names)
    own = untrained(replace(opened.architecture, labels=labels), seed=recipe.seed)
    state = own.state_dict()
    for name, weight in opened.state_dict().items():
        state[name][: len(weight)] = weight  # behind them come the vectors of names that are new
    return adapted(own, rank=recipe.lora, seed=recipe.seed) if recipe.lora else own


def lesson(network: Transformer, recipe: Recipe, data: Dataset) -> Lesson:
    """The loss that a network learns by; with `align` in the recipe, what reads the phones is added to it.

    Raises SettingsError where the dataset lacks what the recipe would learn from.
    """
    check_told(network, data)
    if not recipe.align:
        return objective.loss
    alignment.taught(network, phones=len(data.phones), seed=recipe.seed)
    return alignment.lesson(recipe.align)


def check_told(network: Transformer, data: Dataset) -> None:
    """Raise SettingsError where a network knows labels, and the clips have others or none."""
    labels = network.architecture.labels
    if labels is None:
        return
    refusals = [
        *(labels.refusal(region=region, style=NEUTRAL) for region in data.names.region),
        *(labels.refusal(region=NEUTRAL, style=style) for style in data.names.style),
    ]
    flaw = data.names.flaw or next(filter(None, refusals), "")
    if flaw:
        raise SettingsError(
            flaw, where="region and style of the clips", hint="correct them in the manifest, and prepare it"
        )
    if not any(clip.sentences for clip in data.clips):
        raise SettingsError(
            "no clip of this dataset has the types of its sentences, and the network would learn them",
            where="prosody in the recipe",
            hint="prepare the recordings anew: tts-baseline train prepare --help",
        )


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
