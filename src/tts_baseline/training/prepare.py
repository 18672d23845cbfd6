"""From recordings to a dataset: resampled, trimmed, brought to one level, read out, checked, and split.

What is left out is told, each recording with the defect that it has (`training/defects.py`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile
import soxr
import torch

from tts_baseline.core.bounds import Part
from tts_baseline.core.errors import NothingMeasured, SettingsError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.text import sentence_types
from tts_baseline.pipelines.f5_spanish.text.normalize import normalize
from tts_baseline.pipelines.f5_spanish.text.tokenizer import tokenize
from tts_baseline.pipelines.f5_spanish.text.vocabulary import SPANISH, Vocabulary
from tts_baseline.pipelines.f5_spanish.voice.recognizer import Recognizer, recognizer
from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, LEVEL, SAMPLE_RATE, inner, log_mel
from tts_baseline.training import dataset
from tts_baseline.training.dataset import Clip
from tts_baseline.training.defects import (
    FILE_DEFECTS,
    SOUND_DEFECTS,
    TEXT_DEFECTS,
    Bounds,
    WrittenText,
    measured,
)
from tts_baseline.training.recipes import in_toml
from tts_baseline.training.recordings import Recorded
from tts_baseline.training.vocoder import sounds
from tts_baseline.training.words import misheard

REPORT = "report.json"
_PADDING_S = 0.05  # as upstream appends to a reference clip


class Preparation(Record, frozen=True, kw_only=True):
    """What is taken, what is held out, and whether waves are kept for a vocoder.

    `held_out` is the share of texts; `held_out_speakers` are held out with all that they say. Whoever says a
    text that is held out, it is in no clip to learn from. `asr_model`, a folder or a hub name, is a
    recognizer that listens whether each recording says its text; without one none does.
    """

    bounds: Bounds = Bounds()
    held_out: Part = 0.02
    held_out_speakers: tuple[str, ...] = ()
    waves: bool = False
    asr_model: str = ""


class LeftOut(Record, frozen=True, kw_only=True):
    """A recording that is not learned from: its defect, and what that means."""

    audio: str
    defect: str
    why: str


class Prepared(Record, frozen=True, kw_only=True):
    """What became of the recordings: clips and hours by split, hours by whom and how, what was left out."""

    clips: dict[str, int]
    hours: dict[str, float]
    hours_by: dict[str, dict[str, float]]
    left_out: tuple[LeftOut, ...]


class _Unfit(Exception):
    """A recording has this defect."""

    def __init__(self, defect: str, why: str) -> None:
        super().__init__(defect)
        self.defect, self.why = defect, why


def read(path: Path) -> Preparation:
    """What is taken, by a TOML file. Raises SettingsError as for a recipe."""
    return in_toml(path, Preparation)


def prepare(
    recordings: Sequence[Recorded],
    out: Path,
    *,
    vocabulary: Vocabulary,
    preparation: Preparation = Preparation(),  # noqa: B008 - frozen
    done: Callable[[int], None] = lambda _: None,
) -> Prepared:
    """The dataset of these recordings in `out`, with the report of them beside it.

    Raises NothingMeasured where no recording is fit, SettingsError where a speaker to be held out has none.
    """
    split = _Split(recordings, vocabulary, preparation)
    hears = recognizer(preparation.asr_model) if preparation.asr_model else None
    left_out: list[LeftOut] = []
    kept: list[tuple[Recorded, Clip]] = []
    heard: set[str] = set()

    def fit() -> Iterator[tuple[Clip, Wave]]:
        for number, recorded in enumerate(recordings):
            try:
                clip, wave = _clip(recorded, number, vocabulary, preparation, split, heard, hears)
            except _Unfit as unfit:
                left_out.append(LeftOut(audio=recorded.audio, defect=unfit.defect, why=unfit.why))
            else:
                kept.append((recorded, clip))
                keep(wave)
                yield clip, log_mel(torch.from_numpy(wave).unsqueeze(0))[0].numpy()
            done(number + 1)

    with sounds.writing(out / sounds.WAVES) if preparation.waves else nullcontext(_forget) as keep:
        dataset.write(out, fit(), vocabulary)
    report = _report(kept, left_out)
    write_atomic(out / REPORT, msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    if not kept:
        raise NothingMeasured(
            f"none of {len(recordings)} recordings is fit to be learned from: "
            + ", ".join(f"{count} {defect}" for defect, count in counted(report).items()),
            where=str(out / REPORT),
            hint="tts-baseline train prepare --help",
        )
    return report


def counted(report: Prepared) -> dict[str, int]:
    """How many recordings were left out for each defect, the most first."""
    return dict(Counter(left.defect for left in report.left_out).most_common())


def _clip(
    recorded: Recorded,
    number: int,
    vocabulary: Vocabulary,
    preparation: Preparation,
    split: _Split,
    heard: set[str],
    hears: Recognizer | None,
) -> tuple[Clip, Wave]:
    said = _said(recorded, vocabulary)
    _refuse(TEXT_DEFECTS, None, said, preparation.bounds)
    channels, rate = _samples(Path(recorded.audio))
    digest = hashlib.sha256(channels.tobytes()).hexdigest()
    if digest in heard:
        raise _Unfit("twice", FILE_DEFECTS["twice"])
    heard.add(digest)
    _refuse(SOUND_DEFECTS, measured(channels, rate), said, preparation.bounds)
    if hears:
        words = hears(channels.mean(axis=1), rate)
        if misheard(said.spoken, words) > preparation.bounds.misheard:
            raise _Unfit("other words", f"{FILE_DEFECTS['other words']}: {words!r}")
    inside = inner(channels.mean(axis=1, keepdims=True), rate)
    wave = _wave(channels[inside], rate)
    frames = 1 + len(wave) // HOP
    spoken = said.form
    tokens = tokenize(spoken)
    clip = Clip(
        id=f"{number:06d}",
        text=spoken,
        tokens=tuple(vocabulary.encode(tokens)),
        start=0,
        frames=frames,
        part=split.part(spoken),
        speaker=recorded.speaker,
        region=recorded.region,
        style=recorded.style,
        phones=_phones(recorded, inside.start / rate, frames),
        sentences=sentence_types.counted(said.spoken, spoken, tokens),
    )
    if len(clip.tokens) >= clip.frames:
        raise _Unfit("too fast", "more tokens than frames")
    return clip, wave


class _Split:
    """Which clips are held out: by a hash of their text, or because a speaker to hold out says it."""

    def __init__(
        self, recordings: Sequence[Recorded], vocabulary: Vocabulary, preparation: Preparation
    ) -> None:
        self._share, speakers = preparation.held_out, frozenset(preparation.held_out_speakers)
        own = [recorded for recorded in recordings if recorded.speaker in speakers]
        for name in sorted(speakers - {recorded.speaker for recorded in own}):
            known = sorted({recorded.speaker for recorded in recordings})
            raise SettingsError(
                f"no recording is by a speaker {name!r}{nearest(name, known)}",
                where="held_out_speakers",
                hint="correct the name, or leave it out",
            )
        self._texts = {_said(recorded, vocabulary).form for recorded in own}

    def part(self, text: str) -> dataset.Split:
        """Whether a clip with this text is learned from or held out."""
        share = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32
        return "held_out" if share < self._share or text in self._texts else "train"


def _refuse(defects: Sequence[Any], sound: Any, said: WrittenText, bounds: Bounds) -> None:
    for defect in defects:
        if defect.holds(sound, said, bounds):
            raise _Unfit(defect.name, defect.why)


def _said(recorded: Recorded, vocabulary: Vocabulary) -> WrittenText:
    read, invisible = normalize(recorded.text, region=recorded.region)
    spoken, unknown = vocabulary.admit(read.replace("\n", " "))
    letters = [char for char in recorded.text.lower() if char.isalpha()]
    spanish = sum(char in SPANISH for char in letters)
    return WrittenText(
        written=recorded.text,
        spoken=spoken,
        unread="".join(filter(_is_spoken, "".join(omission.what for omission in (*invisible, *unknown)))),
        letters=spanish / len(letters) if letters else 1.0,
    )


def _is_spoken(char: str) -> bool:
    """Whether somebody who reads aloud says it: a letter, digit or sign, and no picture, mark or space."""
    category = unicodedata.category(char)
    return category[0] in "LN" or category in {"Sm", "Sc"}


def _samples(path: Path) -> tuple[Wave, int]:
    """Samples (n, channels) as they are in a file, and their rate."""
    if not path.is_file():
        raise _Unfit("missing", FILE_DEFECTS["missing"])
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, TypeError, soundfile.SoundFileError) as error:
        raise _Unfit("unreadable", FILE_DEFECTS["unreadable"]) from error
    if not len(channels):
        raise _Unfit("empty", FILE_DEFECTS["empty"])
    if not np.isfinite(channels).all():
        raise _Unfit("not finite", FILE_DEFECTS["not finite"])
    return channels, rate


def _phones(recorded: Recorded, start_s: float, frames: int) -> tuple[tuple[str, int], ...]:
    """The phones of a recording cut at `start_s`, each with its frames; padding is the outer ones'."""
    if not recorded.phones:
        return ()
    ends = np.cumsum([length for _, length in recorded.phones]) - start_s + _PADDING_S
    borders = np.clip(np.rint(ends * SAMPLE_RATE / HOP).astype(int), 0, frames)
    borders[-1] = frames
    counts = np.diff(borders, prepend=0)
    return tuple(
        (symbol, int(count)) for (symbol, _), count in zip(recorded.phones, counts, strict=True) if count
    )


def _wave(channels: Wave, rate: int) -> Wave:
    """The samples at 24 kHz, mixed to mono, between short silences, at the level of references, float32."""
    mono = channels.mean(axis=1)
    wave = soxr.resample(mono, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else mono
    padding = np.zeros(round(_PADDING_S * SAMPLE_RATE), dtype=np.float32)
    wave = np.concatenate([padding, wave, padding])
    wave = wave * (LEVEL / np.sqrt(np.mean(np.square(wave, dtype=np.float64))))
    samples: Wave = wave.astype(np.float32)
    return samples


def _forget(_wave: Wave) -> None:
    """Waves that nobody learns from are not kept."""


def _report(kept: Sequence[tuple[Recorded, Clip]], left_out: Sequence[LeftOut]) -> Prepared:
    hours: defaultdict[str, float] = defaultdict(float)
    by = {name: defaultdict[str, float](float) for name in ("speaker", "region", "style", "gender")}
    for recorded, clip in kept:
        length = clip.frames * HOP / SAMPLE_RATE / 3600
        hours[clip.part] += length
        for name, heard in by.items():
            heard[getattr(recorded, name) or "unknown"] += length
    return Prepared(
        clips=dict(Counter(clip.part for _, clip in kept)),
        hours=dict(hours),
        hours_by={name: dict(heard) for name, heard in by.items()},
        left_out=tuple(left_out),
    )
