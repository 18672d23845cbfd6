"""A run's recipe: what is trained, how long, and how fast it learns; a TOML file, or the defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta

from tts_baseline.core.bounds import Natural, NotNegative, Part, Positive
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import read_bounded
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.network.architecture import Version

_Count = Annotated[int, Meta(ge=1, le=2**31)]
_LARGEST = 2**20  # chosen: a recipe is a page
_HINT = "tts-baseline train --help"
R = TypeVar("R", bound=Record)
VOICE, VOCODER, STUDENT = "voice", "vocoder", "student"  # what a run trains


class Chances(Record, frozen=True, kw_only=True):
    """What is hidden: a span of the clip, least and most; how often its audio, and audio and text.

    The time of a draw, from noise (0) to speech (1), is uniform where `early` is 1, and t**early of a uniform
    t elsewhere: 2 draws 45 % of the times from the first fifth, where it is decided what is said when.
    `drop_prosody`: how often nothing is told beside the text, for a network that learns `prosody`: so it also
    speaks without, as it does in upstream.
    """

    span: tuple[Part, Part] = (0.7, 1.0)
    drop_audio: Part = 0.3
    drop_all: Part = 0.2
    early: Positive = 1.0
    drop_prosody: Part = 0.1


class Sizes(Record, frozen=True, kw_only=True):
    """The sizes of an untrained network; the defaults are a small one's, 8.6 M parameters."""

    dim: _Count = 256
    depth: _Count = 8
    heads: _Count = 4
    feed_forward: _Count = 512
    text_dim: _Count = 192
    text_blocks: _Count = 4


class Recipe(Record, frozen=True, kw_only=True):
    """All that decides what a run learns, beside its data and the weights that it starts from.

    `updates` in all, each of `accumulate` batches of at most `frames` frames and `items` clips. The rate
    climbs to `peak` in `warmup` updates, then falls to zero at the last one (as upstream); gradients are
    clipped to `norm`. What is kept is the moving average of the weights, by `average` in the end. Products
    are computed in `precision`. A share of `dropout` of a block's values is left out while it learns. With
    `lora`, adapters of this rank learn, and no weights. `align` weighs the loss of the alignment
    (`training/alignment.py`), for clips whose phones are known. With `prosody` it learns vectors of sentence
    type, region and style, which begin as zero. A checkpoint is written every `checkpoint_s` seconds. Every
    `check_every` updates (0: never) the held-out loss of the average is asked; the run ends after `patience`
    times without a gain (0: never).
    """

    KIND: ClassVar[str] = VOICE
    arch: Version = "v1"
    sizes: Sizes = Sizes()
    chances: Chances = Chances()
    updates: _Count = 100_000
    frames: _Count = 3_000
    items: _Count = 64
    accumulate: _Count = 1
    peak: Positive = 1e-3
    warmup: Natural = 500
    norm: Positive = 1.0
    average: Part = 0.9995
    dropout: Part = 0.0
    precision: Literal["float32", "bfloat16"] = "float32"
    lora: Annotated[int, Meta(ge=0, le=1024)] = 0
    align: NotNegative = 0.0
    prosody: bool = False
    seed: Natural = 0
    checkpoint_s: NotNegative = 300.0
    check_every: Natural = 1_000
    patience: Natural = 0


V = TypeVar("V", bound=Recipe)
# What may be another when a run is resumed: how long it goes on, how often it is kept and examined.
FREE = ("updates", "checkpoint_s", "check_every", "patience")


def read(path: Path, kind: type[V]) -> V:
    """The recipe of a voice or a student in a TOML file; what it leaves out is as usual.

    Raises SettingsError for a file that cannot be read, an unknown key (with the nearest), or a value out of
    its range.
    """
    recipe = in_toml(path, kind)
    least, most = recipe.chances.span
    if least > most:
        raise SettingsError(
            f"chances.span goes from {least:g} to {most:g}", where=str(path), hint="set span = [0.7, 1.0]"
        )
    return recipe


def in_toml(path: Path, kind: type[R]) -> R:
    """The record in a TOML file. Raises SettingsError as `read` does."""
    try:
        table = tomllib.loads(read_bounded(path, _LARGEST).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"the file cannot be read: {error}", where=str(path), hint=_HINT) from error
    fields = kind.__struct_fields__
    for key in table:
        if key not in fields:
            raise SettingsError(
                f"there is no {key!r}{nearest(key, fields)} here; there are {', '.join(fields)}",
                where=str(path),
                hint=f"remove {key}, or correct it",
            )
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error), where=str(path), hint="correct that value") from error


def changed(before: Mapping[str, Any], now: Any) -> list[str]:
    """The names of what differs now from the table before, but for what may when a run is resumed."""
    former = msgspec.convert(before, type(now))
    fields: tuple[str, ...] = type(now).__struct_fields__
    return [name for name in fields if name not in FREE and getattr(former, name) != getattr(now, name)]


def as_table(recipe: Any) -> dict[str, Any]:
    """The recipe as plain values."""
    table: dict[str, Any] = msgspec.to_builtins(recipe)
    return table
