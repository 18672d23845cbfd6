"""A voice is a folder whose `voice.toml` holds settings of the pipeline, with the files that they name.

The setting `weights` names it: "embedded" for the one that ships with this package, else its path. What the
project sets itself wins over the voice, and the voice over the preset.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from tts_baseline import voices
from tts_baseline.core import toml
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.hub import HUB, VOICE, placed
from tts_baseline.pipelines.f5_spanish.settings import ReferenceSettings
from tts_baseline.pipelines.f5_spanish.text.options import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "voice.toml"
CHECKPOINT, EMBEDDED = "checkpoint", "embedded"
_INSEPARABLE = ("checkpoint", "vocabulary", "arch")  # one says how to read the other
_REPAIR = "correct the file, or export the voice again: tts-baseline train export --help"


class VoiceFile(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What `voice.toml` may set, as in the project file; paths are relative to the voice's folder.

    `steps`, `guidance` and `sway` are set where the weights were taught to speak by them.
    """

    checkpoint: str
    vocabulary: str
    vocoder: str
    references: tuple[ReferenceSettings, ...]
    steps: int | None = None
    guidance: float | None = None
    sway: float | None = None
    short_speed: float | None = None


def unfolded(table: Mapping[str, Any], *, root: Path) -> dict[str, Any]:
    """The project's table, and what the voice that its `weights` name sets where the table does not.

    Raises SettingsError where there is no such voice, where its file cannot be read, and where the table
    names a checkpoint of its own beside it.
    """
    weights = table.get("weights", CHECKPOINT)
    if not isinstance(weights, str) or weights == CHECKPOINT:
        return dict(table)
    for key in _INSEPARABLE:
        if key in table:
            raise SettingsError(
                f"weights = {json.dumps(weights)} is a voice, which has its own {key}",
                where=f"{key} in {TABLE}",
                hint=f'remove {key}, or set weights = "{CHECKPOINT}"',
            )
    address = f"{VOICE}{voices.EMBEDDED}" if weights == EMBEDDED else weights.rstrip("/")
    return {**_set_by(_read(weights, placed(f"{address}/{FILE}", root=root)), address), **table}


def written(voice: VoiceFile) -> str:
    """The text of a `voice.toml`."""
    table: dict[str, Any] = msgspec.to_builtins(voice)
    clips = table.pop("references")
    blocks = [_lines(table), *("[[references]]\n" + _lines(clip) for clip in clips)]
    return "\n".join(blocks)


def _read(weights: str, path: Path) -> VoiceFile:
    if not path.is_file():
        raise _absent(weights, path)
    try:
        return msgspec.convert(toml.load(path, SettingsError, _REPAIR), VoiceFile)
    except msgspec.ValidationError as error:
        raise SettingsError(f"this is no voice: {error}", where=str(path), hint=_REPAIR) from error


def _set_by(voice: VoiceFile, address: str) -> dict[str, Any]:
    """The settings of a voice, its files as the project would name them."""

    def named(file: str) -> str:
        return file if file.startswith(HUB) else f"{address}/{file}"

    table: dict[str, Any] = msgspec.to_builtins(voice)
    files = {key: named(table[key]) for key in ("checkpoint", "vocabulary", "vocoder")}
    clips = [{**clip, "audio": named(clip["audio"])} for clip in table["references"]]
    return {**table, **files, "references": clips}


def _absent(weights: str, path: Path) -> SettingsError:
    if weights == EMBEDDED:
        return SettingsError(
            "no voice is embedded in this installation",
            where=f"weights in {TABLE}",
            hint=f"make voice trains one; or set weights to the folder of a voice, or to {CHECKPOINT!r}",
        )
    return SettingsError(
        f"there is no voice {weights!r}{nearest(weights, (CHECKPOINT, EMBEDDED))}: its folder has no {FILE}",
        where=str(path),
        hint=f"tts-baseline train export RUN --dataset DATA --vocoder VOCODER --out {path.parent}",
    )


def _lines(table: Mapping[str, Any]) -> str:
    # A string of JSON is one of TOML.
    stated = {name: value for name, value in table.items() if value is not None}
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in stated.items())
