"""Presets beside the baselines, `presets/<pipeline>.<name>.json`: switches under one name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outside import filename
from tts_baseline.core.preset import Preset

FOLDER = "presets"


def path_of(baselines: Path, pipeline: str, name: str) -> Path:
    """Where the preset of a pipeline is, there or not."""
    return baselines / FOLDER / filename(f"{pipeline}.{name}.json")


def read(baselines: Path, pipeline: str, name: str) -> Preset | None:
    """The preset of that name; None if there is none. Raises BaselineError for one that is damaged."""
    path = path_of(baselines, pipeline, name)
    if not os.path.lexists(path):
        return None
    preset = files.read_record(path, Preset)
    if (preset.pipeline, preset.name) != (pipeline, name):
        raise BaselineError(
            f"this is the preset {preset.name} of {preset.pipeline}, not {name} of {pipeline}",
            where=str(path),
            hint=f"rm {path}; tts-baseline optimize",
        )
    return preset


def write(baselines: Path, preset: Preset) -> Path:
    """The file of the preset, which is whole, or as it was."""
    path = path_of(baselines, preset.pipeline, preset.name)
    with files.locked(baselines):
        files.write_record(path, preset)
    return path


def expanded(baselines: Path, pipeline: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names, each that is a preset's replaced by its switches; none twice."""
    every: list[str] = []
    for name in names:
        preset = read(baselines, pipeline, name)
        every += [name] if preset is None else preset.switches
    return tuple(dict.fromkeys(every))
