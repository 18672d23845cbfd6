"""A dataset in the forms that other trainers read: its waves as recordings, and a list of them.

What is written is what was kept: 24 kHz, trimmed, at one level (crests may pass 1, so samples are floats),
its text as it is spoken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import soundfile

from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.outside import filename
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.voice.reference import SAMPLE_RATE
from tts_baseline.training import dataset
from tts_baseline.training.dataset import Clip
from tts_baseline.training.vocoder import sounds

# Common Voice's lists of the parts of a dataset.
_LISTS: Mapping[dataset.Split, str] = {"train": "train.tsv", "held_out": "test.tsv"}


def convert(folder: Path, out: Path, form: str) -> int:
    """How many clips of the dataset in a folder were written to `out`, in one of `FORMS`.

    Raises SettingsError for an unknown form, PipelineError where the dataset cannot be read or has no waves.
    """
    if form not in FORMS:
        raise SettingsError(
            f"there is no form {form!r}{nearest(form, FORMS)}; there are {', '.join(FORMS)}",
            where="--to",
            hint=f"--to {next(iter(FORMS))}",
        )
    place, write = FORMS[form]
    clips: list[Clip] = []
    for part in (part for part in _LISTS if dataset.has(folder, part)):
        recorded = sounds.read(folder, part)
        (out / place).mkdir(parents=True, exist_ok=True)
        for index, clip in enumerate(recorded.clips):
            soundfile.write(out / place / _name(clip), recorded.wave(index), SAMPLE_RATE, subtype="FLOAT")
        clips += recorded.clips
    write(out, clips, folder)
    return len(clips)


def _name(clip: Clip) -> str:
    return f"{filename(clip.id)}.wav"


def _ljspeech(out: Path, clips: Sequence[Clip], _folder: Path) -> None:
    """`metadata.csv` with `id|text|text`."""
    rows = (f"{clip.id}|{text}|{text}\n" for clip in clips for text in (clip.text.replace("|", ","),))
    write_atomic(out / "metadata.csv", "".join(rows).encode())


def _common_voice(out: Path, clips: Sequence[Clip], _folder: Path) -> None:
    """`train.tsv`, and `test.tsv` with what was held out."""
    for part, name in _LISTS.items():
        rows = [(clip.speaker, _name(clip), clip.text, clip.region) for clip in clips if clip.part == part]
        lines = ["client_id\tpath\tsentence\taccents", *map("\t".join, rows)]
        if rows:
            write_atomic(out / name, ("\n".join(lines) + "\n").encode())


def _f5_tts(out: Path, clips: Sequence[Clip], folder: Path) -> None:
    """`raw.arrow` and `duration.json` of what is learned from, and `vocab.txt`.

    Upstream reads a path as it stands, so it is absolute.
    """
    try:
        import pyarrow
    except ImportError as missing:
        raise MissingExtra("F5-TTS's form needs pyarrow, which comes with f5-tts", extra="train") from missing
    rows = list(_learned(out.resolve() / "wavs", clips))
    table: Any = pyarrow.Table.from_pylist(rows)
    with pyarrow.ipc.new_stream(str(out / "raw.arrow"), table.schema) as stream:
        stream.write_table(table)
    durations = {"duration": [row["duration"] for row in rows]}
    write_atomic(out / "duration.json", json.dumps(durations).encode())
    write_atomic(out / dataset.VOCABULARY, (folder / dataset.VOCABULARY).read_bytes())


def _learned(waves: Path, clips: Sequence[Clip]) -> Iterator[dict[str, Any]]:
    for clip in clips:
        if clip.part == "train":
            path = waves / _name(clip)
            yield {"audio_path": str(path), "text": clip.text, "duration": soundfile.info(path).duration}


_Write = Callable[[Path, Sequence[Clip], Path], None]
FORMS: Mapping[str, tuple[str, _Write]] = {
    "ljspeech": ("wavs", _ljspeech),
    "common_voice": ("clips", _common_voice),
    "f5_tts": ("wavs", _f5_tts),
}
