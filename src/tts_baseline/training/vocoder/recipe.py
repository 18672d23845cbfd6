"""The recipe of a vocoder's run: its sizes, what judges it, and how fast it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tts_baseline.core.bounds import Natural, NotNegative, Part, Positive
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP
from tts_baseline.training.recipes import VOCODER, in_toml

_Count = Annotated[int, Meta(ge=1, le=2**31)]
_Window = Annotated[int, Meta(ge=16, le=2**16)]

PERIOD_CHANNELS, WINDOW_CHANNELS = 1024, 32  # of the package vocos


class BodySizes(Record, frozen=True, kw_only=True):
    """The sizes of the backbone; the defaults are a small one's, 1.7 M parameters with its head."""

    dim: _Count = 192
    hidden: _Count = 576
    layers: _Count = 6


class VocoderRecipe(Record, frozen=True, kw_only=True):
    """All that decides what a vocoder learns, beside its data.

    `updates` in all, each on `items` crops of `samples` samples. The first `mel_first` learn by the mel loss
    alone, which is cheap; the others by the discriminators, too: one for each of `periods` and of `windows`.
    The widest layers of the former have `period_channels`, those of the latter `window_channels`: with an
    eighth and a quarter of what is published, a layer costs a 64th and a 16th. Losses are weighted `mel` and,
    of the windows, `resolution`. The rate climbs to `peak` in `warmup` updates, and falls by half a cosine
    once discriminators take part. What is kept is the moving average of the weights, by `average` in the
    end. The defaults are of the published recipe of `charactr/vocos-mel-24khz`, but for sizes and average.
    """

    KIND: ClassVar[str] = VOCODER
    sizes: BodySizes = BodySizes()
    updates: _Count = 1_000_000
    mel_first: Natural = 0
    items: _Count = 16
    samples: Annotated[int, Meta(ge=2048, le=2**24, multiple_of=HOP)] = 16_384
    periods: Annotated[tuple[_Count, ...], Meta(min_length=1)] = (2, 3, 5, 7, 11)
    windows: Annotated[tuple[_Window, ...], Meta(min_length=1)] = (2048, 1024, 512)
    period_channels: Annotated[int, Meta(ge=32, le=8192, multiple_of=32)] = PERIOD_CHANNELS
    window_channels: Annotated[int, Meta(ge=1, le=1024)] = WINDOW_CHANNELS
    mel: NotNegative = 45.0
    resolution: NotNegative = 0.1
    peak: Positive = 5e-4
    warmup: Natural = 0
    average: Part = 0.9995
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: Natural = 0
    checkpoint_s: NotNegative = 300.0


def read(path: Path) -> VocoderRecipe:
    """The recipe in a TOML file; what it leaves out is as usual. SettingsError as for every recipe."""
    recipe = in_toml(path, VocoderRecipe)
    longest = max(recipe.windows)
    if recipe.samples < longest:
        raise SettingsError(
            f"crops of {recipe.samples} samples are shorter than a window of {longest}",
            where=str(path),
            hint=f"set samples = {-(-longest // HOP) * HOP}",
        )
    return recipe
