"""A run becomes a checkpoint that speaks: weights in float16, vocabulary, architecture, and a model card.

With a vocoder it becomes a voice, whose folder is all that the pipeline needs (`voice/folder.py`).

Names and form are those of the published checkpoints, so upstream f5-tts loads it, too. Vectors of prosody,
which upstream would refuse, are in a file of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from safetensors.torch import save
from torch import Tensor

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.files import write_atomic
from tts_baseline.pipelines.f5_spanish.hub import HUB
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture, measured
from tts_baseline.pipelines.f5_spanish.network.labels import Labels
from tts_baseline.pipelines.f5_spanish.network.load import PROSODY
from tts_baseline.pipelines.f5_spanish.vocoder.load import CONFIG, SAFE_WEIGHTS, WEIGHTS
from tts_baseline.pipelines.f5_spanish.voice import folder
from tts_baseline.training import alignment, cards, checkpoints, voice
from tts_baseline.training.adapters import merged
from tts_baseline.training.checkpoints import State
from tts_baseline.training.dataset import VOCABULARY, digest
from tts_baseline.training.halves import halved
from tts_baseline.training.recipes import STUDENT, VOCODER

CHECKPOINT, IN_VOICE = "model.safetensors", "vocoder"
_PREFIX = "ema_model.transformer."
_EXACT = ("rotary_embed.inv_freq",)  # rounded frequencies turn far frames by another angle


class Exported(Struct, frozen=True, kw_only=True):
    """The weights that were written, and the settings of `f5_spanish` that use them."""

    path: Path
    settings: dict[str, str | float]


def export(
    run: Path,
    dataset: Path,
    out: Path,
    *,
    licence: str,
    vocoder: str = "",
    clips: Sequence[str] = (),
    recording: Path | None = None,
) -> Exported:
    """What the run in a folder has learned from this dataset, at its best if known, in the folder `out`.

    With a `vocoder` (the run of one, its export, or hf://owner/name) it is a voice, and continues the
    `recording`, or the clips of the dataset with the ids `clips`, or usual ones.

    Raises PipelineError where the run has not been kept yet, learned from other data, or where a weight is no
    number in float16; and as `voice.continued` and `voice.recorded` do.
    """
    state = checkpoints.read(run, checkpoints.BEST) or checkpoints.read(run)
    if state is None:
        raise PipelineError(
            "there is nothing to export: the run has not been kept yet",
            where=str(run),
            hint=f"tts-baseline train run {dataset} --out {run}",
        )
    if state.origin["data"] != digest(dataset):
        raise PipelineError(
            "the run learned from other data than this, which may count in another vocabulary",
            where=str(dataset),
            hint="name the dataset that the run was begun with",
        )
    if state.origin.get("kind") == VOCODER:
        from tts_baseline.training.vocoder import export as vocoders

        if vocoder:
            raise SettingsError("a vocoder has no vocoder", where="--vocoder", hint="leave it out")
        path = vocoders.export(state, dataset, out, licence=licence)
        return Exported(path=path, settings={"vocoder": str(out)})
    if not vocoder:
        path = _checkpoint(state, run, dataset, out, licence)
        named = {"checkpoint": str(path), "vocabulary": str(out / VOCABULARY)}
        return Exported(path=path, settings={**named, **_sampling(state)})
    continued = [voice.recorded(recording)] if recording else voice.continued(dataset, clips)
    settings = folder.VoiceFile(
        checkpoint=CHECKPOINT,
        vocabulary=VOCABULARY,
        vocoder=_vocoder(vocoder, dataset, out, licence),
        references=tuple(clip.named for clip in continued),
        **_sampling(state),
    )
    voice.write(continued, out)
    path = _checkpoint(state, run, dataset, out, licence, of=settings)
    # Last: a folder that has it is whole.
    write_atomic(out / folder.FILE, folder.written(settings).encode())
    return Exported(path=path, settings={"weights": str(out)})


def spoken(state: State) -> dict[str, Tensor]:
    """The weights that speak, by the network's names: the average, in float16 but for the frequencies."""
    return halved(alignment.without(merged({**state.weights, **state.average})), _EXACT)


def _vocoder(source: str, dataset: Path, out: Path, licence: str) -> str:
    """How `voice.toml` names a vocoder, which is then in the voice's folder, or on the hub."""
    if source.startswith(HUB):
        return source
    given, own = Path(source), out / IN_VOICE
    if state := checkpoints.read(given):
        if state.origin["data"] != digest(dataset):
            raise PipelineError(
                "the vocoder learned from other data than the voice, and is exported by itself first",
                where=str(given),
                hint=f"tts-baseline train export {given} --dataset ITS --out VOCODER, then --vocoder VOCODER",
            )
        export(given, dataset, own, licence=licence)
    elif (given / CONFIG).is_file():
        for name in (CONFIG, SAFE_WEIGHTS, WEIGHTS, cards.CARD):
            if (given / name).is_file():
                write_atomic(own / name, (given / name).read_bytes())
    else:
        raise PipelineError(
            "there is no vocoder: neither a run of one, nor its export",
            where=str(given),
            hint=f"tts-baseline train vocoder {dataset} --out {given}",
        )
    return IN_VOICE


def _checkpoint(
    state: State, run: Path, dataset: Path, out: Path, licence: str, *, of: folder.VoiceFile | None = None
) -> Path:
    weights = spoken(state)
    vectors = {name: weights.pop(name) for name in list(weights) if name.startswith(PROSODY)}
    labels = msgspec.convert(state.origin.get("labels"), Labels | None)
    arch = state.origin["recipe"]["arch"]
    path = out / CHECKPOINT
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    sizes = measured(shapes, arch, checkpoint=str(run))
    tensors = {_PREFIX + name: weight for name, weight in weights.items()}
    write_atomic(out / VOCABULARY, (dataset / VOCABULARY).read_bytes())
    _write_sidecar(path, sidecar.Sidecar(arch=arch, prosody=labels), vectors)
    rows = {
        "architecture": _sizes(sizes), **_spoken_with(state), **_held_out(state), **_told(labels),
        **_belongs_to(of),
    }  # fmt: skip
    made = cards.card("Voice" if of else "Checkpoint", state, licence, rows)
    write_atomic(out / cards.CARD, made.encode())
    write_atomic(path, save(tensors, {"update": str(state.update)}))
    return path


def _write_sidecar(checkpoint: Path, stated: sidecar.Sidecar, vectors: Mapping[str, Tensor]) -> None:
    """Write what is stated beside a checkpoint, and its vectors of prosody before their names."""
    path = sidecar.vectors_of(checkpoint)
    if vectors:
        kinds = {name.removeprefix(PROSODY).removesuffix(".weight"): each for name, each in vectors.items()}
        write_atomic(path, save(kinds))
    else:
        path.unlink(missing_ok=True)
    write_atomic(sidecar.path_of(checkpoint), msgspec.json.encode(stated) + b"\n")


def _sampling(state: State) -> dict[str, Any]:
    """How a student speaks: in the steps that it learned, and without guidance, which it has learned, too."""
    if state.origin.get("kind") != STUDENT:
        return {}
    learned = state.origin["recipe"]
    return {"guidance": 0.0} | (
        {"steps": learned["steps"], "sway": learned["sway"]} if learned["steps"] else {}
    )


def _spoken_with(state: State) -> dict[str, str]:
    sampling = ", ".join(f"{name} {value:g}" for name, value in _sampling(state).items())
    return {"spoken with": sampling} if sampling else {}


def _held_out(state: State) -> dict[str, str]:
    best = state.standing.get("best", math.inf)
    return {} if math.isinf(best) else {"loss on clips held out": f"{best:.4f}"}


def _belongs_to(of: folder.VoiceFile | None) -> dict[str, str]:
    if of is None:
        return {}
    clips = "; ".join(f"{clip.audio}: {clip.text}" for clip in of.references)
    return {"vocoder": of.vocoder, "continues": clips}


def _told(labels: Labels | None) -> dict[str, str]:
    return {} if labels is None else {kind: ", ".join(names) for kind, names in labels.kinds.items()}


def _sizes(sizes: Architecture) -> str:
    return f"F5-TTS {sizes.version}, {sizes.dim} x {sizes.depth}, {sizes.heads} heads"
