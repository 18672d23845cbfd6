"""The settings of the pipeline: `[tool.tts-baseline.pipelines.f5_spanish]`, on top of a preset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.text.options import TABLE, TextOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCES = "[[tool.tts-baseline.pipelines.f5_spanish.references]]"

# What a preset sets; what the settings say on top of it wins.
PRESETS: Mapping[str, Mapping[str, Any]] = {
    # The roadmap's starting point: all gains are measured against it.
    "roadmap": {"steps": 16, "crossfade_s": 0.15, "trim": "fixed"},
    # What F5TTS.infer does, for comparisons with it.
    "upstream": {
        "steps": 32, "crossfade_s": 0.15, "trim": "off",
        "normalize": False, "controls": False, "form": "upstream",
    },
    # Every planned pause, breath and emphasis is heard.
    "expressive": {
        "steps": 32, "crossfade_s": 0.02, "trim": "adaptive",
        "pauses": "sentences", "breath_s": 12.0, "emphasis": True, "voseo_accents": True,
    },
}  # fmt: skip


class ReferenceSettings(Record, frozen=True, kw_only=True):
    """A reference clip: its file, what it says, and for which region and style it is used."""

    audio: str
    text: str = ""
    region: str = "neutral"
    style: str | None = None

    @property
    def spoken_style(self) -> str | None:
        """The style as requests name it: None for neutral speech."""
        return None if self.style == "neutral" else self.style


class F5Settings(TextOptions, frozen=True, kw_only=True):
    """Everything that the pipeline can be told; the defaults are the preset `roadmap`.

    Model: `weights` is "checkpoint", or a voice, which has set what else it needs (`voice/folder.py`): the
    folder of one, or "embedded" for the one that ships with this package; `checkpoint` is a path or
    hf://owner/name/file; `arch` is v0 or v1 (needed where neither a sidecar file nor the hub
    repository states it); `vocabulary` a vocab.txt (default: upstream's); `vocoder` a folder
    or hf://owner/name of a Vocos, BigVGAN or HiFi-GAN, or "griffin-lim", which has learned nothing.
    Sampling: `steps`, `guidance`, `sway`, `speed`, and the share of it at which texts under 10 bytes are
    spoken, `short_speed`: upstream's, because they come out clipped otherwise.
    Sound: `crossfade_s` between chunks; `trim` of silence; `denoise` (0 to 1), `high_shelf_db`,
    `de_ess_db`: 0 is off; `loudness_lufs`: none is off.
    References: `references`; a clip without a transcript is an error, or is transcribed once with
    `asr_model` where `transcribe` is on; the transcript is kept in `cache`.
    """

    preset: str = "roadmap"
    weights: str = "checkpoint"
    checkpoint: str = "hf://jpgallegoar/F5-Spanish/model_1200000.safetensors"
    arch: str | None = None
    vocabulary: str | None = None
    vocoder: str = "hf://charactr/vocos-mel-24khz"
    steps: int = 16
    guidance: float = 2.0
    sway: float = -1.0
    speed: float = 1.0
    short_speed: float = 0.3
    crossfade_s: float = 0.15
    trim: Literal["off", "fixed", "adaptive"] = "fixed"
    denoise: float = 0.0
    high_shelf_db: float = 0.0
    de_ess_db: float = 0.0
    loudness_lufs: float | None = None
    references: tuple[ReferenceSettings, ...] = ()
    transcribe: bool = False
    asr_model: str = "openai/whisper-large-v3-turbo"
    cache: str = ".tts-baseline/cache"

    @property
    def text_options(self) -> TextOptions:
        """The settings of the text stages alone."""
        return TextOptions(**{name: getattr(self, name) for name in TextOptions.__struct_fields__})


_RANGES: Mapping[str, tuple[float, float]] = {
    "steps": (1, 128),
    "guidance": (0, 10),
    "sway": (-1, 1),
    "speed": (0.5, 2.0),
    "short_speed": (0.1, 1.0),
    "crossfade_s": (0, 1),
    "breath_s": (0, 60),
    "first_chunk_s": (0, 30),
    "denoise": (0, 1),
    "high_shelf_db": (-12, 12),
    "de_ess_db": (0, 24),
    "loudness_lufs": (-40, -5),
}


def read(table: Mapping[str, Any]) -> F5Settings:
    """The settings in a table of the project file, its voice unfolded.

    Raises SettingsError for an unknown key, preset or value, naming the nearest.
    """
    name = table.get("preset", "roadmap")
    if not isinstance(name, str) or name not in PRESETS:
        raise SettingsError(
            f"there is no preset {name!r}{nearest(str(name), PRESETS)}; there are {', '.join(PRESETS)}",
            where=TABLE,
            hint='set preset = "roadmap", or leave it out',
        )
    if "dtype" in table:
        raise SettingsError(
            "dtype is a switch and no setting: the reference computes in float32",
            where=TABLE,
            hint="remove dtype from the table, and use --tts-optimize bf16 or --tts-optimize fp16",
        )
    for key in table:
        if key not in F5Settings.__struct_fields__:
            raise SettingsError(
                f"f5_spanish has no setting {key!r}{nearest(key, F5Settings.__struct_fields__)}",
                where=TABLE,
                hint=f"remove {key} from the table, or correct it",
            )
    try:
        settings = msgspec.convert({**PRESETS[name], **table}, F5Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error), where=TABLE, hint="correct the value in that table") from error
    for key, (low, high) in _RANGES.items():
        value = getattr(settings, key)
        if value is not None and not low <= value <= high:
            raise SettingsError(
                f"{key} is {value:g}, outside {low:g} to {high:g}", where=TABLE, hint=f"correct {key}"
            )
    return settings
