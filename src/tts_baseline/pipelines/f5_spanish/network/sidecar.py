"""The file beside a checkpoint that states what no tensor tells: its version, and what it may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tts_baseline.core.errors import SettingsError, brief
from tts_baseline.core.files import read_bounded
from tts_baseline.pipelines.f5_spanish.network.labels import Labels

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 2**20  # chosen: a name and its braces, many times over


class Sidecar(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version of a checkpoint, and the names of its vectors of prosody, where it has them."""

    arch: str
    prosody: Labels | None = None


def path_of(checkpoint: Path) -> Path:
    """Where a checkpoint's sidecar lies."""
    return checkpoint.with_name(checkpoint.name + ".json")


def vectors_of(checkpoint: Path) -> Path:
    """Where the vectors of prosody lie: not in the checkpoint, where upstream would refuse them."""
    return checkpoint.with_name(checkpoint.stem + ".prosody.safetensors")


def read(checkpoint: Path) -> Sidecar | None:
    """What is stated beside a checkpoint; None where nothing is.

    Raises SettingsError for a file that states no architecture, or names that are none.
    """
    path = path_of(checkpoint)
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(read_bounded(path, _LARGEST), type=Sidecar)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SettingsError(
            f"the sidecar file does not state an architecture: {brief(error)}",
            where=str(path),
            hint='write {"arch": "v0"} or {"arch": "v1"} to it',
        ) from error
    if found.prosody and found.prosody.flaw:
        raise SettingsError(
            f"the names of its prosody are none: {found.prosody.flaw}",
            where=str(path),
            hint="export the checkpoint again: tts-baseline train export --help",
        )
    return found
