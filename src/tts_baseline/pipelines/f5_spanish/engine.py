"""What is loaded: turns chunks into jobs, jobs into mels and mels into waves, each timed apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct

from tts_baseline.pipelines.f5_spanish.parts import Job
from tts_baseline.pipelines.f5_spanish.solver.euler import seed_of
from tts_baseline.pipelines.f5_spanish.telling import told
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.voice.reference import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.network.labels import Labels
    from tts_baseline.pipelines.f5_spanish.parts import Parts
    from tts_baseline.pipelines.f5_spanish.plan import Chunk
    from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
    from tts_baseline.pipelines.f5_spanish.voice.reference import Reference
    from tts_baseline.pipelines.f5_spanish.voice.voices import Voices


class Engine(Struct, frozen=True, kw_only=True):
    """The parts, the vocabulary, the voices that they speak with, and what the network may be told."""

    parts: Parts
    vocabulary: Vocabulary
    voices: Voices
    device: str
    arch: str
    labels: Labels | None = None
    short_speed: float

    def clip(self, region: str, style: str | None) -> Reference:
        """The clip that speaks: a style that the network is told needs none of its own.

        Raises KeyError where there is none: the style.
        """
        try:
            return self.voices.choose(region, style)
        except KeyError:
            if self.labels is None or style not in self.labels.style:
                raise
            return self.voices.choose(region, None)

    def job(
        self, chunk: Chunk, reference: Reference, *, seed: int, index: int, region: str = "neutral"
    ) -> Job:
        """The job of a request's chunk: the same for the same arguments.

        It is long enough that something is spoken, however little the chunk's text asks for.
        """
        said = tokenize(reference.text + chunk.text)
        tokens = tuple(self.vocabulary.encode(said))
        frames = reference.duration(chunk.text, chunk.speed, short=self.short_speed)
        return Job(
            reference=reference,
            tokens=tokens,
            frames=max(frames, reference.mel.shape[1] + 1, len(tokens) + 1),
            seed=seed_of(seed, index),
            labels=told(self.labels, chunk, reference.text, said, region=region) if self.labels else (),
        )

    def mels(self, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel (1, m, n) of each job's speech, float32."""
        return self.parts.solver.mels(self.parts.network, jobs)

    @torch.inference_mode()
    def waves(self, mels: Sequence[Tensor], jobs: Sequence[Job]) -> list[np.ndarray[Any, Any]]:
        """The sound of each job's log mel at 24 kHz, at the level of its clip: (samples,) float32."""
        decoded = self.parts.vocoder.waves(mels)
        return [_levelled(wave, job.reference).cpu().numpy() for wave, job in zip(decoded, jobs, strict=True)]

    def synchronize(self) -> None:
        """Wait until the device has done what it was asked to."""
        if self.device.startswith("cuda"):
            torch.cuda.synchronize(self.device)


def _levelled(wave: Tensor, clip: Reference) -> Tensor:
    # Upstream multiplies and divides in this order, and the last bit depends on it.
    return wave * clip.level / LEVEL if clip.level < LEVEL else wave
