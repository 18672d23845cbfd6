"""The waves of a dataset: what its mels were made of, and what a vocoder learns to make of them.

`waves.f32` has the samples of all clips, one after the other (float32, 24 kHz): 256 a frame of the mels, so a
clip begins at 256 times its first frame; its last, incomplete hop is filled up with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from msgspec import Struct
from torch import Tensor

from tts_baseline.core.errors import PipelineError, brief
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP
from tts_baseline.training import dataset
from tts_baseline.training.dataset import Clip, Split

WAVES = "waves.f32"
_PEAK_DB = (-6.0, -1.0)  # the published recipe's: the peak of a clip is somewhere between


class SoundSet(Struct, frozen=True, kw_only=True):
    """The clips of one part, the samples of all, and a hash of all that is learned from."""

    clips: tuple[Clip, ...]
    samples: np.ndarray[Any, Any]
    sha256: str

    def wave(self, index: int) -> Wave:
        """The samples of a clip, float32."""
        clip = self.clips[index]
        end = clip.start + clip.frames
        wave: Wave = np.array(self.samples[HOP * clip.start : HOP * end])
        return wave

    def crops(self, chosen: Sequence[int], samples: int, dice: torch.Generator) -> Tensor:
        """A crop (b, samples) of each of these clips, where and as loud as chance gives."""
        return torch.stack([self._crop(self.wave(index), samples, dice) for index in chosen])

    @staticmethod
    def _crop(wave: Wave, samples: int, dice: torch.Generator) -> Tensor:
        peak_db = torch.empty(()).uniform_(*_PEAK_DB, generator=dice)
        start = int(torch.rand((), generator=dice) * max(1, len(wave) - samples + 1))
        gain = 10 ** (float(peak_db) / 20) / max(float(np.abs(wave).max()), 1e-5)
        crop = np.resize(wave, samples) if len(wave) < samples else wave[start : start + samples]
        return torch.from_numpy(crop * np.float32(gain))


def read(folder: Path, part: Split = "train") -> SoundSet:
    """The sounds of one part of the dataset in a folder.

    Raises PipelineError as reading the dataset does, and where it has no waves or too few.
    """
    data = dataset.read(folder, part)
    path = folder / WAVES
    try:
        samples = np.memmap(path, dtype=np.float32, mode="r")
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"the dataset has no waves, which a vocoder learns from: {brief(error)}",
            where=str(path),
            hint=f"tts-baseline train prepare RECORDINGS --waves --out {folder}",
        ) from error
    if len(samples) != HOP * len(data.mels):
        raise PipelineError(
            f"there are {len(samples)} samples, and {len(data.mels)} frames of {HOP} in the mels",
            where=str(path),
            hint=f"tts-baseline train prepare RECORDINGS --waves --out {folder}",
        )
    return SoundSet(clips=data.clips, samples=samples, sha256=data.sha256)


@contextmanager
def writing(path: Path) -> Iterator[Callable[[Wave], None]]:
    """A function that appends the wave of the next clip to a file of waves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:

        def keep(wave: Wave) -> None:
            filled = HOP * (1 + len(wave) // HOP)
            file.write(np.pad(wave, (0, filled - len(wave))).astype(np.float32).tobytes())

        yield keep
