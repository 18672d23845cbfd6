"""The loaded model: speaks one chunk at a time, reproducibly, in two steps that are timed apart."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from msgspec import Struct

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import write_atomic
from tts_baseline.pipelines.f5_spanish.model import checkpoint
from tts_baseline.pipelines.f5_spanish.model.reference import LEVEL, Clip, Reference, read_clip, reference
from tts_baseline.pipelines.f5_spanish.model.sampling import Sampler, sample, seed_of
from tts_baseline.pipelines.f5_spanish.model.transcripts import transcript
from tts_baseline.pipelines.f5_spanish.settings import DTYPES, TABLE, ReferenceSettings, Settings
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.model.dit import Transformer
    from tts_baseline.pipelines.f5_spanish.model.vocos import Vocos
    from tts_baseline.pipelines.f5_spanish.plan import Chunk

Voice = tuple[str, str | None]


class Engine(Struct, frozen=True, kw_only=True):
    """A network, its vocoder, its vocabulary and the reference clips, by region and style."""

    network: Transformer
    vocoder: Vocos
    vocabulary: Vocabulary
    references: Mapping[Voice, Reference]
    sampler: Sampler
    device: str
    provenance: Mapping[str, str]

    def reference(self, region: str, style: str | None) -> Reference:
        """The clip for a region and a style; without one of that region, the neutral region's.

        Raises KeyError for a style that has no clip.
        """
        for voice in ((region, style), ("neutral", style)):
            if voice in self.references:
                return self.references[voice]
        if style is not None:
            raise KeyError(style)
        return next(iter(self.references.values()))

    def mel(self, chunk: Chunk, clip: Reference, *, seed: int, index: int) -> Tensor:
        """The log mel (1, m, n) of a request's chunk, float32: the same for the same arguments."""
        tokens = self.vocabulary.encode(tokenize(clip.text + chunk.text))
        frames = clip.duration(chunk.text, chunk.speed)
        mel = sample(self.network, clip.mel, tokens, frames, sampler=self.sampler, seed=seed_of(seed, index))
        return mel[:, clip.frames :].permute(0, 2, 1)

    @torch.inference_mode()
    def wave(self, mel: Tensor, clip: Reference) -> np.ndarray[Any, Any]:
        """The sound of a log mel at 24 kHz, at the level of the clip: (samples,) float32."""
        decoded = self.vocoder.decode(mel)
        # Upstream multiplies and divides in this order, and the last bit depends on it.
        if clip.level < LEVEL:
            decoded = decoded * clip.level / LEVEL
        return decoded.squeeze().cpu().numpy()

    def synchronize(self) -> None:
        """Wait until the device has done what it was asked to."""
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()


def load(settings: Settings, *, device: str, root: Path) -> Engine:
    """Everything that is needed to speak, read from disk or from the hub.

    Raises SettingsError or PipelineError for what is missing or does not fit together.
    """
    if settings.weights == "embedded":
        raise SettingsError(
            "no checkpoint ships with this version yet",
            where=f"weights in {TABLE}",
            hint='set weights = "checkpoint" and checkpoint to a model_….safetensors of F5-TTS',
        )
    vocabulary = Vocabulary.read(root / settings.vocabulary) if settings.vocabulary else Vocabulary.default()
    network = checkpoint.transformer(
        settings.checkpoint,
        arch=settings.arch,
        tokens=len(vocabulary),
        device=device,
        dtype=getattr(torch, DTYPES[settings.dtype]),
        root=root,
    )
    vocoder = checkpoint.vocoder(settings.vocoder, device=device, root=root)
    references, said = _references(settings, device, root)
    return Engine(
        network=network,
        vocoder=vocoder,
        vocabulary=vocabulary,
        references=references,
        sampler=Sampler(steps=settings.steps, guidance=settings.guidance, sway=settings.sway),
        device=device,
        provenance={"arch": network.version, **said},
    )


def fingerprint(settings: Settings, *, root: Path) -> str:
    """SHA-256 of the checkpoint (16 digits); hashed once, then remembered by name, size and time."""
    path, cache = checkpoint.located(settings.checkpoint, root=root), root / settings.cache
    status = path.stat()
    key = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    memory = cache / "fingerprints.json"
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if key not in known:
        with path.open("rb") as file:
            known = {**known, key: hashlib.file_digest(file, "sha256").hexdigest()[:16]}
        write_atomic(memory, json.dumps(known, indent=1).encode())
    return str(known[key])


def _references(settings: Settings, device: str, root: Path) -> tuple[dict[Voice, Reference], dict[str, str]]:
    if not settings.references:
        raise SettingsError(
            "there is no reference clip: F5-TTS continues a recording, and speaks with its voice",
            where=f"references in {TABLE}",
            hint='add [[tool.tts-baseline.pipelines.f5_spanish.references]] with audio = "…" and text = "…"',
        )
    made: dict[Voice, Reference] = {}
    told: dict[str, str] = {}
    prepared: dict[tuple[str, str], Reference] = {}
    for entry in settings.references:
        clip = read_clip(root / entry.audio)
        text = entry.text.strip() or _transcribed(clip, entry, settings, device, root)
        key = (clip.sha256, text)
        prepared[key] = made[entry.region, entry.style] = prepared.get(key) or reference(
            clip, text, device=device
        )
        name = f"reference {entry.region}" + (f" {entry.style}" if entry.style else "")
        heard = "" if entry.text.strip() else f", transcribed by {settings.asr_model} as {text!r}"
        told[name] = clip.sha256[:16] + heard
    return made, told


def _transcribed(clip: Clip, entry: ReferenceSettings, settings: Settings, device: str, root: Path) -> str:
    if not settings.transcribe:
        raise SettingsError(
            "the reference clip has no transcript",
            where=entry.audio,
            hint="set text to what it says, or transcribe = true to have it recognized once",
        )
    heard = transcript(clip, model=settings.asr_model, device=device, cache=root / settings.cache)
    return heard.text
