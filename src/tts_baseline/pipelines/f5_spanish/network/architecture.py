"""Which network a checkpoint holds: sizes are read from its tensors, the version must be stated.

F5-TTS v0 and v1 have the same keys and shapes and differ in what they do with them, so a checkpoint of one
loads into the other without a complaint and speaks wrongly. The version therefore comes from the settings,
from a sidecar file or from a known hub repository; without one of these it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.network.labels import Labels
from tts_baseline.pipelines.f5_spanish.text.options import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

Version = Literal["v0", "v1", "v1_average"]
HEAD_SIZE = 64
MEL_CHANNELS = 100


class Behaviour(NamedTuple):
    """What the versions do differently with the same weights (upstream's configs, `model.arch`)."""

    masks_text_padding: bool
    rotated_heads: int | None
    averages_text: bool = False


BEHAVIOUR: Mapping[Version, Behaviour] = {
    "v0": Behaviour(masks_text_padding=False, rotated_heads=1),
    "v1": Behaviour(masks_text_padding=True, rotated_heads=None),
    # upstream's `text_embedding_average_upsampling`, after ZipVoice (Zhu et al. 2025, arXiv:2506.13053)
    "v1_average": Behaviour(masks_text_padding=True, rotated_heads=None, averages_text=True),
}


class Architecture(Record, frozen=True, kw_only=True):
    """The version and the sizes of one network, and the names of what it may be told beside the text."""

    version: Version
    dim: int
    depth: int
    heads: int
    feed_forward: int
    text_dim: int
    text_blocks: int
    text_hidden: int
    tokens: int
    mel_channels: int = MEL_CHANNELS
    labels: Labels | None = None

    @property
    def behaviour(self) -> Behaviour:
        """What this version does."""
        return BEHAVIOUR[self.version]


def agreed(statements: Mapping[str, str | None], *, checkpoint: str) -> Version:
    """The version that all who state one agree on; `statements` maps who speaks to what is said.

    Raises SettingsError where nobody states it, where two disagree, and for an unknown version.
    """
    stated = {who: version for who, version in statements.items() if version is not None}
    for who, version in stated.items():
        if version not in BEHAVIOUR:
            raise SettingsError(
                f"the architecture {version!r}, stated by {who}, is not known",
                where=checkpoint,
                hint='set arch = "v0" (F5-TTS Base, F5-Spanish) or arch = "v1" (F5TTS_v1_Base)',
            )
    if not stated:
        raise SettingsError(
            "nobody states the architecture of this checkpoint: v0 and v1 have the same keys and shapes, "
            "and the wrong one speaks nonsense without an error",
            where=checkpoint,
            hint='set arch = "v0" (F5-TTS Base, F5-Spanish) or arch = "v1" (F5TTS_v1_Base) in '
            f'{TABLE}, or write {{"arch": "v0"}} to {checkpoint}.json',
        )
    if len(set(stated.values())) > 1:
        raise SettingsError(
            "the architecture is stated twice, differently: "
            + ", ".join(f"{version} by {who}" for who, version in stated.items()),
            where=checkpoint,
            hint="correct the one that is wrong",
        )
    return cast("Version", next(iter(stated.values())))


def measured(shapes: Mapping[str, tuple[int, ...]], version: Version, *, checkpoint: str) -> Architecture:
    """The architecture that tensors of these names and shapes make up.

    Raises PipelineError for anything but an F5-TTS DiT (an E2-TTS checkpoint, an optimizer state, …).
    """
    try:
        dim, mixed = shapes["input_embed.proj.weight"]
        tokens, text_dim = shapes["text_embed.text_embed.weight"]
        inner = shapes["transformer_blocks.0.attn.to_q.weight"][0]
        feed_forward = shapes["transformer_blocks.0.ff.ff.0.0.weight"][0]
        mel_channels = shapes["proj_out.weight"][0]
    except (KeyError, ValueError, IndexError) as error:
        raise PipelineError(
            f"this is no F5-TTS checkpoint: {error} is missing or has another shape",
            where=checkpoint,
            hint="set checkpoint to a model_….safetensors or .pt of F5-TTS",
        ) from error
    text_blocks = _count(shapes, "text_embed.text_blocks.")
    text_hidden = shapes["text_embed.text_blocks.0.pwconv1.weight"][0] if text_blocks else 0
    architecture = Architecture(
        version=version,
        dim=dim,
        depth=_count(shapes, "transformer_blocks."),
        heads=inner // HEAD_SIZE,
        feed_forward=feed_forward,
        text_dim=text_dim,
        text_blocks=text_blocks,
        text_hidden=text_hidden,
        tokens=tokens - 1,
        mel_channels=mel_channels,
    )
    if inner % HEAD_SIZE or mixed != 2 * mel_channels + text_dim or not text_blocks:
        raise PipelineError(
            f"this is no F5-TTS checkpoint: its sizes do not fit each other ({architecture})",
            where=checkpoint,
            hint="set checkpoint to a model_….safetensors or .pt of F5-TTS",
        )
    return architecture


def _count(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> int:
    return len({key[len(prefix) :].partition(".")[0] for key in shapes if key.startswith(prefix)})
