"""A prepared dataset: mels, tokens and what is known of each clip, in three files of one folder.

`clips.jsonl` has a line a clip, `mels.f16` the frames of all (float16, frames x channels), one after the
other, mapped and not read, and `vocab.txt` is the vocabulary that their tokens count in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import torch
from msgspec import Meta, Struct
from msgspec.structs import replace
from torch.nn.utils.rnn import pad_sequence

from tts_baseline.core.bounds import Natural
from tts_baseline.core.errors import PipelineError, brief
from tts_baseline.core.files import write_atomic
from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.network.architecture import MEL_CHANNELS
from tts_baseline.pipelines.f5_spanish.network.labels import NEUTRAL, UNTOLD, Labels, Manner, named
from tts_baseline.pipelines.f5_spanish.plan import SentenceType
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training.objective import UNLABELLED, Batch

CLIPS, MELS, VOCABULARY = "clips.jsonl", "mels.f16", "vocab.txt"
Split = Literal["train", "held_out"]
_HINT = "tts-baseline train prepare --help"


class Clip(Record, frozen=True, kw_only=True):
    """One clip: where its frames begin in the mels, how many they are, and its text as tokens.

    `phones`, where they are known: what is spoken one after the other, each with its frames; `sentences`,
    where they are known: the types of its sentences, each with its tokens.
    """

    id: str
    text: str
    tokens: tuple[Natural, ...]
    start: Natural
    frames: Annotated[int, Meta(ge=1)]
    part: Split = "train"
    speaker: str = ""
    region: str = "neutral"
    style: str = "neutral"
    sha256: str = ""
    phones: tuple[tuple[str, Natural], ...] = ()
    sentences: tuple[tuple[SentenceType, Natural], ...] = ()


class Dataset(Struct, frozen=True, kw_only=True):
    """The clips of one part, their mels, the vocabulary, and a hash of all that is learned from.

    `phones` are those that any clip of the dataset has, in their order as labels; `names` are its regions and
    styles, and `labels` those of the network that learns, which is told nothing without.
    """

    clips: tuple[Clip, ...]
    mels: np.ndarray[Any, Any]
    vocabulary: Vocabulary
    sha256: str
    phones: tuple[str, ...] = ()
    names: Labels = Labels()
    labels: Labels | None = None

    @property
    def lengths(self) -> list[int]:
        """Frames of each clip."""
        return [clip.frames for clip in self.clips]

    def batch(self, chosen: Sequence[int]) -> Batch:
        """These clips side by side, on the CPU."""
        clips = [self.clips[index] for index in chosen]
        mels = [
            torch.from_numpy(self.mels[clip.start : clip.start + clip.frames].astype(np.float32))
            for clip in clips
        ]
        tokens = [torch.tensor(clip.tokens) for clip in clips]
        return Batch(
            mel=pad_sequence(mels, batch_first=True),
            tokens=pad_sequence(tokens, batch_first=True, padding_value=-1),
            lengths=torch.tensor([clip.frames for clip in clips]),
            phones=pad_sequence([self._phones(clip) for clip in clips], True, UNLABELLED),
            labels=pad_sequence([_told(clip, self.labels) for clip in clips], True, UNTOLD)
            if self.labels
            else None,
        )

    def told_as(self, labels: Labels | None) -> Dataset:
        """The same, for a network that knows these labels; a name that it does not know is neutral."""
        return replace(self, labels=labels)

    def _phones(self, clip: Clip) -> torch.Tensor:
        """The phone of each frame (n,), a number in `phones`."""
        if not clip.phones:
            return torch.full((clip.frames,), UNLABELLED)
        symbols, frames = zip(*clip.phones, strict=True)
        numbers = torch.tensor([self.phones.index(symbol) for symbol in symbols])
        return numbers.repeat_interleave(torch.tensor(frames))


def _told(clip: Clip, labels: Labels) -> torch.Tensor:
    """What is told of each token of a clip (t, 3)."""
    runs = clip.sentences or (("", len(clip.tokens)),)
    numbers = [labels.numbers(Manner(kind, *manner(clip))) for kind, _ in runs]
    return torch.tensor(numbers).repeat_interleave(torch.tensor([count for _, count in runs]), dim=0)


def manner(clip: Clip) -> tuple[str, str]:
    """The region and the style of a clip, neutral where they are not known."""
    return clip.region or NEUTRAL, clip.style or NEUTRAL


def read(folder: Path, part: Split = "train") -> Dataset:
    """The clips of one part of the dataset in a folder.

    Raises PipelineError where a file is missing or damaged, where they do not fit each other, and where the
    part has no clip.
    """
    lines, found = _clips(folder / CLIPS)
    mels = _mels(folder / MELS)
    vocabulary = Vocabulary.read(folder / VOCABULARY)
    for clip in found:
        if clip.start + clip.frames > len(mels):
            raise PipelineError(
                f"the clip {clip.id} ends at frame {clip.start + clip.frames}, and there are {len(mels)}",
                where=str(folder / MELS),
                hint=_HINT,
            )
        if max(clip.tokens, default=0) >= len(vocabulary):
            raise PipelineError(
                f"the clip {clip.id} has the token {max(clip.tokens)}, and the vocabulary {len(vocabulary)}",
                where=str(folder / VOCABULARY),
                hint=_HINT,
            )
        for what, parts, unit, whole in (
            ("phones", clip.phones, "frames", clip.frames),
            ("sentences", clip.sentences, "tokens", len(clip.tokens)),
        ):
            total = sum(length for _, length in parts)
            if parts and total != whole:
                raise PipelineError(
                    f"the {what} of the clip {clip.id} have {total} {unit}, and the clip {whole}",
                    where=str(folder / CLIPS),
                    hint=_HINT,
                )
    chosen = tuple(clip for clip in found if clip.part == part)
    if not chosen:
        raise PipelineError(f"the dataset has no clip to {part}", where=str(folder / CLIPS), hint=_HINT)
    return Dataset(
        clips=chosen,
        mels=mels,
        vocabulary=vocabulary,
        sha256=hashlib.sha256(lines).hexdigest(),
        phones=tuple(sorted({symbol for clip in found for symbol, _ in clip.phones})),
        names=named(*(set(names) for names in zip(*map(manner, found), strict=True))),
    )


def has(folder: Path, part: Split) -> bool:
    """Whether the dataset in a folder has a clip of this part."""
    return any(clip.part == part for clip in _clips(folder / CLIPS)[1])


def digest(folder: Path) -> str:
    """The hash of all that is learned from the dataset in a folder, see `Dataset.sha256`."""
    return hashlib.sha256(_clips(folder / CLIPS)[0]).hexdigest()


def write(folder: Path, clips: Iterable[tuple[Clip, np.ndarray[Any, Any]]], vocabulary: Vocabulary) -> None:
    """Write a dataset: clips, each with its log mel (frames, channels); where it begins is set here.

    The list of clips comes last: without it there is no dataset.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CLIPS).unlink(missing_ok=True)
    placed, start = [], 0
    with (folder / MELS).open("wb") as file:
        for clip, mel in clips:
            frames = mel.astype(np.float16)
            file.write(frames.tobytes())
            own = hashlib.sha256(frames.tobytes()).hexdigest()
            placed.append(replace(clip, start=start, frames=len(frames), sha256=own))
            start += len(frames)
    write_atomic(folder / VOCABULARY, "".join(f"{token}\n" for token in vocabulary.tokens).encode())
    write_atomic(folder / CLIPS, b"".join(msgspec.json.encode(clip) + b"\n" for clip in placed))


def _clips(path: Path) -> tuple[bytes, list[Clip]]:
    try:
        lines = path.read_bytes()
        return lines, [msgspec.json.decode(line, type=Clip) for line in lines.splitlines()]
    except (OSError, msgspec.MsgspecError) as error:
        raise PipelineError(
            f"the list of clips cannot be read: {brief(error)}", where=str(path), hint=_HINT
        ) from error


def _mels(path: Path) -> np.ndarray[Any, Any]:
    try:
        flat = np.memmap(path, dtype=np.float16, mode="r")
        return flat.reshape(-1, MEL_CHANNELS)
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"the mels cannot be read: {brief(error)}", where=str(path), hint=_HINT
        ) from error
