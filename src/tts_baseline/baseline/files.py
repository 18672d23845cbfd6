"""Reads and writes records and recordings: strict when reading, atomic when writing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import filelock
import msgspec
import numpy as np
import soundfile

from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import SCHEMA_VERSION, Audio, Record, Run, Utterance

T = TypeVar("T", bound=Record)

_FULL_SCALE = 1.0 - 2.0**-23  # the largest sample of 24-bit PCM
_FLAC_ANY_RATE = 65_535  # RFC 9639, section 9.1.2: up to here the frame header can hold any rate in Hz


class _Versioned(msgspec.Struct):
    version: int = msgspec.field(name="schema")


def read_record(path: Path, kind: type[T], *, mend: str = "") -> T:
    """The record stored at `path`; `mend` is what to type where it is damaged (default: git brings it back).

    Raises BaselineError for a file that is missing, damaged, or of a newer schema.
    """
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Versioned).version
        if version > SCHEMA_VERSION:
            raise BaselineError(
                f"written with schema {version}, this version reads up to {SCHEMA_VERSION}",
                where=str(path),
                hint="pip install --upgrade pytest-tts-baseline",
            )
        if version < 1:
            raise _damaged(path, f"there is no schema {version}", mend)
        return msgspec.json.decode(data, type=kind)
    except FileNotFoundError as error:
        raise BaselineError("the file is missing", where=str(path), hint=f"git checkout -- {path}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, IsADirectoryError) as error:
        raise _damaged(path, error, mend) from error


def write_record(path: Path, record: Record) -> None:
    """Replace `path` atomically by the record as JSON; runs and judgements, never edited, take one line."""
    data = msgspec.json.encode(record)
    is_measurement = isinstance(record, Run | Judgement)
    write_atomic(path, (data if is_measurement else msgspec.json.format(data, indent=1)) + b"\n")


def encode_flac(utterance: Utterance) -> bytes:
    """The utterance as a 24-bit FLAC file, which ends at full scale; its samples must be recordable."""
    buffer = BytesIO()
    samples = np.clip(utterance.samples, -_FULL_SCALE, _FULL_SCALE)
    rate = utterance.sample_rate
    if rate > _FLAC_ANY_RATE:
        rate = round(rate, -1)  # higher rates are stored in tens of Hz; read_flac takes the record's rate
    soundfile.write(buffer, samples, rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def read_flac(path: Path, audio: Audio) -> Utterance:
    """The utterance recorded at `path`, as `decode_flac` gives it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BaselineError(
            f"the recording cannot be read: {error.strerror or error}",
            where=str(path),
            hint=f"git checkout -- {path}",
        ) from error
    return decode_flac(data, audio, path)


def decode_flac(data: bytes, audio: Audio, path: Path) -> Utterance:
    """The utterance in the bytes of the file `path`: mono float32, with the gain of an old one undone.

    Raises BaselineError for bytes that cannot be decoded, or hold another number of samples.
    """
    try:
        samples, _ = soundfile.read(BytesIO(data), dtype="float32")
    except (soundfile.LibsndfileError, OSError) as error:
        raise BaselineError(
            f"the recording cannot be read: {error}", where=str(path), hint=f"git checkout -- {path}"
        ) from error
    if samples.shape != (audio.samples,):
        raise BaselineError(
            f"the recording holds {len(samples)} samples, not {audio.samples} of one channel",
            where=str(path),
            hint=f"git checkout -- {path}",
        )
    return Utterance(samples=samples / np.float32(audio.gain), sample_rate=audio.sample_rate)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock `folder` for this process, which may lock it again meanwhile."""
    with filelock.FileLock(lock_path(folder), is_singleton=True):
        yield


def lock_path(folder: Path) -> Path:
    """The file that `folder` is locked by; it is outside the repository."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tts-baseline-{os.getuid()}-{name}.lock"


def _damaged(path: Path, why: object, mend: str) -> BaselineError:
    return BaselineError(
        f"the file is damaged: {why}", where=str(path), hint=mend or f"git checkout -- {path}"
    )
