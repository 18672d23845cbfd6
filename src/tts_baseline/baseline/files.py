"""Reads and writes records and recordings: strict when reading, atomic when writing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import filelock
import msgspec
import numpy as np
import soundfile

from tts_baseline.baseline import damage, scored
from tts_baseline.core import whole
from tts_baseline.core.bounds import largest_flac
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import read_bounded, write_atomic
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import SCHEMA_VERSION, Audio, Record, Run, Utterance

T = TypeVar("T", bound=Record)

_FULL_SCALE = 1.0 - 2.0**-23  # the largest sample of 24-bit PCM
# chosen: 256 MiB, eight times a run of 5,000 cases with the counters of torch (benchmarks/hostile/cases.py)
LARGEST_RECORD = 2**28
_FLAC_ANY_RATE = 65_535  # RFC 9639, section 9.1.2: up to here the frame header can hold any rate in Hz


_BEGINNING = re.compile(rb'\{"schema":(\d),')  # of a record in one line, as they are written


class _Versioned(msgspec.Struct):
    version: int = msgspec.field(name="schema")


def read_record(path: Path, kind: type[T], *, mend: str = "") -> T:
    """The record stored at `path`; `mend` is what to type where it is damaged (default: git brings it back).

    Raises BaselineError for a file that is missing, damaged, or of a newer schema.
    """
    try:
        data = read_bounded(path, LARGEST_RECORD)
        version = _version(data)
        if version > SCHEMA_VERSION:
            raise BaselineError(
                f"written with schema {version}, this version reads up to {SCHEMA_VERSION}",
                where=str(path),
                hint="pip install --upgrade pytest-tts-baseline",
            )
        if version < 1:
            raise _damaged(path, f"there is no schema {version}", mend)
        record = msgspec.json.decode(data, type=kind)
        data = b""  # it may be large, and so may be the indexes that are made for checking
        _check(record)
        return record
    except FileNotFoundError as error:
        raise BaselineError("the file is missing", where=str(path), hint=f"git checkout -- {path}") from error
    except OSError as error:
        raise _damaged(path, error.strerror, mend) from error
    except msgspec.ValidationError as error:
        raise _damaged(path, damage.described(data, kind, error), mend) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _damaged(path, error, mend) from error


def _version(data: bytes) -> int:
    """The schema that a record says it has; a large one is not read a second time for that."""
    begun = _BEGINNING.match(data)
    return int(begun[1]) if begun else msgspec.json.decode(data, type=_Versioned).version


def write_record(path: Path, record: Record) -> None:
    """Replace `path` atomically by the record as JSON. Raises BaselineError as `encoded` does."""
    write_atomic(path, encoded(record, path))


def encoded(record: Record, path: Path) -> bytes:
    """The record as JSON for the file `path`; runs and judgements, never edited, take one line.

    Raises BaselineError for a record that `read_record` would refuse.
    """
    is_measurement = isinstance(record, Run | Judgement)
    data = msgspec.json.encode(record)
    try:
        _check(msgspec.json.decode(data, type=type(record)))
        if len(data) > LARGEST_RECORD:
            raise ValueError(f"it would be larger than {LARGEST_RECORD >> 20} MiB")
    except (msgspec.MsgspecError, ValueError) as error:
        raise BaselineError(
            f"nothing is written that could not be read: {error}",
            where=str(path),
            hint="report it, with what `tts-baseline --version` prints",
        ) from error
    return (data if is_measurement else msgspec.json.format(data, indent=1)) + b"\n"


def _check(record: Record) -> None:
    """Raise ValueError for a record that does not make sense."""
    whole.check(record)
    if isinstance(record, Run):
        scored.check(record)


def encode_flac(utterance: Utterance) -> bytes:
    """The utterance as a 24-bit FLAC file, which ends at full scale; its samples must be recordable."""
    buffer = BytesIO()
    samples = np.clip(utterance.samples, -_FULL_SCALE, _FULL_SCALE)
    soundfile.write(buffer, samples, _stored(utterance.sample_rate), format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def read_flac(path: Path, audio: Audio) -> Utterance:
    """The utterance recorded at `path`, as `decode_flac` gives it."""
    try:
        data = read_bounded(path, largest_flac(audio.samples))
    except OSError as error:
        raise _unheard(path, error.strerror) from error
    return decode_flac(data, audio, path)


def decode_flac(data: bytes, audio: Audio, path: Path) -> Utterance:
    """The utterance in the bytes of the file `path`: mono float32, with the gain of an old one undone.

    Raises BaselineError for bytes that are no FLAC of 24 bits, or hold other samples than the record says.
    """
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            _check_header(file, audio, len(data), path)
            samples = file.read(dtype="float32")
    except (soundfile.LibsndfileError, MemoryError) as error:
        raise _unheard(path, error) from error
    if samples.shape != (audio.samples,):
        raise _unheard(path, f"it holds {len(samples)} samples, not {audio.samples}")
    return Utterance(samples=samples / np.float32(audio.gain), sample_rate=audio.sample_rate)


def _check_header(file: soundfile.SoundFile, audio: Audio, size: int, path: Path) -> None:
    """Refuse what the header says before a sample is decoded: it may claim any number of them."""
    stated = (file.format, file.subtype, file.channels, file.samplerate, file.frames)
    expected = ("FLAC", "PCM_24", 1, _stored(audio.sample_rate), audio.samples)
    names = ("format", "encoding", "channels", "rate in Hz", "samples")
    for name, said, wanted in zip(names, stated, expected, strict=True):
        if said != wanted:
            raise _unheard(path, f"{name}: {said}, not {wanted}")
    if size > largest_flac(audio.samples):
        raise _unheard(path, f"{size} bytes are too many for {audio.samples} samples")


def _stored(rate: int) -> int:
    """The rate that a file's header has: higher ones are kept in tens of Hz. The record has the true one."""
    return rate if rate <= _FLAC_ANY_RATE else round(rate, -1)


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


def _unheard(path: Path, why: object) -> BaselineError:
    return BaselineError(
        f"the recording cannot be read: {why}", where=str(path), hint=f"git checkout -- {path}"
    )
