"""Loads the network of a checkpoint."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.hub import located
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.network.architecture import agreed, measured
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.weights import filled, tensors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.network.labels import Labels

_KNOWN_REPOSITORIES = {
    "hf://jpgallegoar/F5-Spanish/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_Base/": "v0",
    "hf://SWivid/F5-TTS/F5TTS_v1_Base/": "v1",
}
# What multiplies a single row is not left in the file, where it may lie anywhere: on AMD, MKL rounds such
# products by where their weights lie.
_OF_ONE_ROW = "time_embed."
_PREFIXES = ("ema_model.", "transformer.")
PROSODY = "text_embed.prosody."


def transformer(source: str, *, arch: str | None, tokens: int, device: str, root: Path) -> Transformer:
    """The network in a checkpoint, float32, ready for inference.

    `arch` is what the settings state; `tokens` is the size of the vocabulary, which has to fit.

    Raises PipelineError for a file that is no F5-TTS checkpoint, SettingsError where the architecture is not
    stated, is stated differently, or the vocabulary has another size.
    """
    path = located(source, root=root)
    known = next((v for prefix, v in _KNOWN_REPOSITORIES.items() if source.startswith(prefix)), None)
    stated = sidecar.read(path)
    version = agreed(
        {
            "the settings": arch,
            "the sidecar file": stated.arch if stated else None,
            "the hub repository": known,
        },
        checkpoint=str(path),
    )
    with ExitStack() as stack:
        shapes, read = stack.enter_context(tensors(path))
        keys = {_plain(key): key for key in shapes if _plain(key)}
        sizes = measured({name: shapes[key] for name, key in keys.items()}, version, checkpoint=str(path))
        if sizes.tokens != tokens:
            raise SettingsError(
                f"the checkpoint has {sizes.tokens} tokens and the vocabulary {tokens}",
                where=str(path),
                hint="set vocabulary to the vocab.txt that the checkpoint was trained with",
            )
        sources = {name: (read, key) for name, key in keys.items()}
        if stated and stated.prosody:
            sizes = replace(sizes, labels=stated.prosody)
            vectors = sidecar.vectors_of(path)
            sources |= _vectors(vectors, stated.prosody, sizes.text_dim, stack)

        def tensor(name: str) -> Tensor:
            read, key = sources[name]
            found = read(key)
            return found.clone() if name.startswith(_OF_ONE_ROW) else found

        return filled(
            lambda: Transformer(sizes), {name: name for name in sources}, tensor, device=device, path=path
        )


def _vectors(
    path: Path, labels: Labels, dim: int, stack: ExitStack
) -> dict[str, tuple[Callable[[str], Tensor], str]]:
    """The vectors of prosody in a file, by the network's names: one for each label."""
    if not path.is_file():
        raise PipelineError(
            "the sidecar file names regions and styles, and there are no vectors of them",
            where=str(path),
            hint="put it beside the checkpoint, where `train export` wrote it",
        )
    shapes, read = stack.enter_context(tensors(path))
    wanted = {kind: (len(names), dim) for kind, names in labels.kinds.items()}
    if shapes != wanted:
        raise PipelineError(
            f"the vectors of prosody have the shapes {shapes}, and the sidecar file names {wanted}",
            where=str(path),
            hint="export the checkpoint again: tts-baseline train export --help",
        )
    return {f"{PROSODY}{kind}.weight": (read, kind) for kind in wanted}


def _plain(key: str) -> str:
    """The parameter's own name, or an empty string for what is not part of the network."""
    rest = key.removeprefix(_PREFIXES[0])
    return rest.removeprefix(_PREFIXES[1]) if rest.startswith(_PREFIXES[1]) else ""
