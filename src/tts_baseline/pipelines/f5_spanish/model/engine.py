"""The loaded model: speaks one chunk at a time, reproducibly, in two steps that are timed apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from msgspec import Struct

from tts_baseline.core.errors import SettingsError, brief
from tts_baseline.pipelines.f5_spanish.model import checkpoint, voices
from tts_baseline.pipelines.f5_spanish.model.fingerprints import fingerprint
from tts_baseline.pipelines.f5_spanish.model.reference import LEVEL, Reference
from tts_baseline.pipelines.f5_spanish.model.sampling import Sampler, sample, seed_of
from tts_baseline.pipelines.f5_spanish.settings import DTYPES, TABLE, Settings
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.model.dit import Transformer
    from tts_baseline.pipelines.f5_spanish.model.vocos import Vocos
    from tts_baseline.pipelines.f5_spanish.plan import Chunk


class Engine(Struct, frozen=True, kw_only=True):
    """A network, its vocoder, its vocabulary and the voices that it speaks with."""

    network: Transformer
    vocoder: Vocos
    vocabulary: Vocabulary
    voices: voices.Voices
    sampler: Sampler
    device: str

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
            torch.cuda.synchronize(self.device)


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
    _check_device(device, exact=settings.dtype == "fp32")
    vocabulary = vocabulary_of(settings.vocabulary, root=root)
    # First what is small: a clip that is missing should not cost the download of a checkpoint.
    speakers = voices.load(settings, vocabulary, device=device, root=root)
    network = checkpoint.transformer(
        settings.checkpoint,
        arch=settings.arch,
        tokens=len(vocabulary),
        device=device,
        dtype=getattr(torch, DTYPES[settings.dtype]),
        root=root,
    )
    return Engine(
        network=network,
        vocoder=checkpoint.vocoder(settings.vocoder, device=device, root=root),
        vocabulary=vocabulary,
        voices=speakers,
        sampler=Sampler(steps=settings.steps, guidance=settings.guidance, sway=settings.sway),
        device=device,
    )


def provenance(settings: Settings, *, root: Path) -> dict[str, str]:
    """Where the weights came from, and each file's hash: a path may hold another voice tomorrow."""
    cache = root / settings.cache
    files = {"checkpoint": settings.checkpoint, "vocoder": f"{settings.vocoder}/{checkpoint.VOCODER_WEIGHTS}"}
    told = {
        name: f"{source} {fingerprint(checkpoint.located(source, root=root), cache=cache)}"
        for name, source in files.items()
    }
    if settings.vocabulary:
        told["vocabulary"] = f"{settings.vocabulary} {fingerprint(root / settings.vocabulary, cache=cache)}"
    return told


def _check_device(device: str, *, exact: bool) -> None:
    """Refuse a device that is not there, and make CUDA compute what it is asked for, the same every time."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise SettingsError(
            f"the device {device!r} cannot be used: {brief(error)}",
            where="--tts-device",
            hint="--tts-device cpu",
        ) from error
    if device.startswith("cuda"):
        # Otherwise convolutions round float32 to 10 bits of mantissa, and choose their algorithm by timing.
        torch.backends.cudnn.allow_tf32 = not exact
        torch.backends.cudnn.deterministic = True
