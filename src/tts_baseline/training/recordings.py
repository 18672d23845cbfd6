"""Recordings with their texts, in the forms that people have them in; each form is one reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tts_baseline.core.bounds import NotNegative
from tts_baseline.core.errors import SettingsError, brief
from tts_baseline.core.files import read_bounded
from tts_baseline.core.records import Record

_LARGEST = 2**30  # chosen: a million lines, a thousand characters each
_HINT = "tts-baseline train prepare --help"


class Recorded(Record, frozen=True, kw_only=True):
    """A recording, what is said in it, and by whom.

    `phones`, where they are known, are what is spoken one after the other from its first sample on, each with
    its length in seconds; silence is a phone, too.
    """

    audio: str
    text: str
    speaker: str = ""
    region: str = "neutral"
    style: str = "neutral"
    gender: str = ""
    phones: tuple[tuple[str, NotNegative], ...] = ()


def read(path: Path) -> list[Recorded]:
    """The recordings that a manifest, or the manifest in a folder, or a folder of pairs lists.

    Raises SettingsError where there is no manifest of a known form, and for a line that is none of it.
    """
    named = path if path.is_file() else None
    manifest = named or next(filter(Path.is_file, (path / name for name in MANIFESTS)), None)
    try:
        found = list(READERS[manifest.suffix](manifest) if manifest else _pairs(path))
    except KeyError as error:
        raise SettingsError(
            f"there is no reader of {error} files, but of {', '.join(sorted(READERS))}",
            where=str(path),
            hint=_HINT,
        ) from error
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"the list of recordings cannot be read: {brief(error)}", where=str(path), hint=_HINT
        ) from error
    if not found:
        raise SettingsError(
            f"there are no recordings: no {', '.join(MANIFESTS)}, and no .wav or .flac beside a .txt",
            where=str(path),
            hint=_HINT,
        )
    return found


def _lines(manifest: Path) -> Iterator[Recorded]:
    """JSON lines with the fields of `Recorded`: our own form."""
    for line in read_bounded(manifest, _LARGEST).splitlines():
        if line.strip():
            row = msgspec.json.decode(line, type=Recorded)
            yield msgspec.structs.replace(row, audio=str(manifest.parent / row.audio))


def _bars(manifest: Path) -> Iterator[Recorded]:
    """LJSpeech's `id|text|text` with `wavs/id.wav`, or F5-TTS's `audio_file|text` and a header."""
    rows = csv.reader(_text(manifest), delimiter="|", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows):
        if len(row) < 2:
            raise ValueError(f"line {number + 1} has no |")
        if number == 0 and row[0] == "audio_file":
            continue
        name, text = row[0], row[-1]
        audio = manifest.parent / name if Path(name).suffix else manifest.parent / "wavs" / f"{name}.wav"
        yield Recorded(audio=str(audio), text=text)


# Common Voice's accents, by words that the speakers' own descriptions have.
_ACCENTS = {
    "mexicano": "mexican", "méxico": "mexican", "rioplatense": "rioplatense", "argentina": "rioplatense",
    "colombia": "colombian", "andino": "andean", "chileno": "chilean", "caribe": "caribbean",
    "españa": "castilian", "canarias": "caribbean",
}  # fmt: skip


def _tabs(manifest: Path) -> Iterator[Recorded]:
    """Common Voice's `path`, `sentence`, `client_id`, `accents`, `gender`, with the clips in `clips/`."""
    for row in csv.DictReader(_text(manifest), delimiter="\t", quoting=csv.QUOTE_NONE):
        accent = f"{row.get('accents') or row.get('accent') or ''}".lower()
        yield Recorded(
            audio=str(manifest.parent / "clips" / row["path"]),
            text=row["sentence"],
            speaker=(row.get("client_id") or "")[:12],
            region=next((region for word, region in _ACCENTS.items() if word in accent), "neutral"),
            gender=row.get("gender") or "",
        )


def _arrow(manifest: Path) -> Iterator[Recorded]:
    """F5-TTS's prepared `raw.arrow`, with `audio_path` and `text`, a string or its characters."""
    import pyarrow

    with pyarrow.memory_map(str(manifest)) as file:
        table: Any = pyarrow.ipc.open_stream(file).read_all()
    for row in table.to_pylist():
        text = row["text"] if isinstance(row["text"], str) else "".join(row["text"])
        yield Recorded(audio=str(manifest.parent / row["audio_path"]), text=text)


def _pairs(folder: Path) -> Iterator[Recorded]:
    """A folder of recordings, each with its text in a .txt beside it."""
    for text in sorted(folder.glob("*.txt")):
        audio = next((a for a in (text.with_suffix(s) for s in _SOUNDS) if a.is_file()), None)
        if audio is not None:
            yield Recorded(audio=str(audio), text=" ".join(read_bounded(text, _LARGEST).decode().split()))


def _text(manifest: Path) -> io.StringIO:
    return io.StringIO(read_bounded(manifest, _LARGEST).decode("utf-8-sig"), newline="")


_SOUNDS = (".wav", ".flac", ".mp3", ".ogg", ".opus")
MANIFESTS: Sequence[str] = ("manifest.jsonl", "metadata.csv", "validated.tsv", "train.tsv", "raw.arrow")
READERS: Mapping[str, Callable[[Path], Iterator[Recorded]]] = {
    ".jsonl": _lines, ".csv": _bars, ".tsv": _tabs, ".arrow": _arrow,
}  # fmt: skip
