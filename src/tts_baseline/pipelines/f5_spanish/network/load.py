"""Loads the network of a checkpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import read_bounded
from tts_baseline.pipelines.f5_spanish.hub import located
from tts_baseline.pipelines.f5_spanish.network.architecture import agreed, measured
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.weights import filled, tensors

if TYPE_CHECKING:
    from pathlib import Path

_KNOWN_REPOSITORIES = {
    "hf://jpgallegoar/F5-Spanish/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_Base/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_v1_Base/": "v1",
}
_LARGEST_SIDECAR = 2**20  # chosen: a name and its braces, many times over
_PREFIXES = ("ema_model.", "transformer.")


def transformer(source: str, *, arch: str | None, tokens: int, device: str, root: Path) -> Transformer:
    """The network in a checkpoint, float32, ready for inference.

    `arch` is what the settings state; `tokens` is the size of the vocabulary, which has to fit.

    Raises PipelineError for a file that is no F5-TTS checkpoint, SettingsError where the architecture is not
    stated, is stated differently, or the vocabulary has another size.
    """
    path = located(source, root=root)
    known = next((v for prefix, v in _KNOWN_REPOSITORIES.items() if source.startswith(prefix)), None)
    version = agreed(
        {"the settings": arch, "the sidecar file": _sidecar(path), "the hub repository": known},
        checkpoint=str(path),
    )
    with tensors(path) as (shapes, read):
        keys = {_plain(key): key for key in shapes if _plain(key)}
        sizes = measured({name: shapes[key] for name, key in keys.items()}, version, checkpoint=str(path))
        if sizes.tokens != tokens:
            raise SettingsError(
                f"the checkpoint has {sizes.tokens} tokens and the vocabulary {tokens}",
                where=str(path),
                hint="set vocabulary to the vocab.txt that the checkpoint was trained with",
            )
        return filled(lambda: Transformer(sizes), keys, read, device=device, path=path)


def _plain(key: str) -> str:
    """The parameter's own name, or an empty string for what is not part of the network."""
    rest = key.removeprefix(_PREFIXES[0])
    return rest.removeprefix(_PREFIXES[1]) if rest.startswith(_PREFIXES[1]) else ""


def _sidecar(path: Path) -> str | None:
    sidecar = path.with_name(path.name + ".json")
    if not sidecar.is_file():
        return None
    try:
        return str(json.loads(read_bounded(sidecar, _LARGEST_SIDECAR))["arch"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError(
            "the sidecar file does not state an architecture",
            where=str(sidecar),
            hint='write {"arch": "v0"} or {"arch": "v1"} to it',
        ) from error
