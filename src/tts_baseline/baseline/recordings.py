"""The recordings of a pending run: each is the file that run.json describes, or it is named."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import soundfile

from tts_baseline.baseline import files
from tts_baseline.core.bounds import largest_flac
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import read_regular
from tts_baseline.core.records import QualityCase, RecordingFile, Run, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import unrecordable

_AUDIO, _GOLDENS = "audio", "before"
_WHOLE = "download the whole folder of the run, audio/ included"


def path_of(folder: Path, case: str) -> Path:
    """Where a pending run keeps the recording of a case."""
    return folder / _AUDIO / f"{case}.flac"


def golden_path(folder: Path, case: str) -> Path:
    """Where a pending run keeps the golden that a case was compared with, if it sounds otherwise now."""
    return folder / _GOLDENS / f"{case}.flac"


def read_golden(folder: Path, run: Run, case: str, accepted: QualityCase) -> Utterance:
    """The golden of a case from the folder of a run.

    Raises BaselineError for a file that is missing, or not the one that the run was compared with.
    """
    path = golden_path(folder, case)
    try:
        data = read_regular(path, largest_flac(accepted.audio.samples))
    except OSError as error:
        raise BaselineError(
            f"the golden of case {case!r} cannot be read: {_why(path, error)}", where=str(path), hint=_WHOLE
        ) from error
    if not hashlib.sha256(data).hexdigest() == run.goldens.get(case) == accepted.recording:
        raise BaselineError(
            f"this is not the golden that case {case!r} was compared with", where=str(path), hint=_WHOLE
        )
    return files.decode_flac(data, accepted.audio, path)


def described(data: bytes) -> RecordingFile:
    """What run.json says about the file of a recording. LibsndfileError for what is no audio."""
    with soundfile.SoundFile(BytesIO(data)) as sound:
        return RecordingFile(
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            sample_rate=sound.samplerate,
            format=f"{sound.format}/{sound.subtype}",
        )


def read(folder: Path, run: Run, case: str) -> tuple[bytes, Utterance]:
    """The FLAC file of a case's scored utterance, and the utterance.

    Raises BaselineError for a file that is missing, a link, or not the one that run.json describes.
    """
    path = path_of(folder, case)
    known = run.recordings.get(case)
    if known is None:
        if fault := _fault(run, case):
            raise _unfit(run, case, fault, path)
        older = "" if run.version > 1 else ": it was measured by a version that kept no hashes of them"
        raise BaselineError(
            f"run {run.id} has no recording of case {case!r}{older}",
            where=str(path),
            hint=_WHOLE if run.version > 1 else "tts-baseline run",
        )
    try:
        data = read_regular(path, max(r.size for r in run.recordings.values()) + 1)
    except FileNotFoundError as error:
        raise BaselineError(
            f"the recording of case {case!r} is missing", where=str(path), hint=_again(run)
        ) from error
    except OSError as error:
        raise BaselineError(
            f"the recording of case {case!r} cannot be read: {_why(path, error)}",
            where=str(path),
            hint=_again(run),
        ) from error
    if hashlib.sha256(data).hexdigest() != known.sha256:
        raise BaselineError(
            f"the recording of case {case!r} is not the one that run {run.id} measured: "
            f"{_difference(data, known, run)}",
            where=str(path),
            hint=_again(run),
        )
    utterance = files.decode_flac(data, run.audio[case], path)
    if described(data) != known:
        raise BaselineError(
            f"run.json describes the recording of case {case!r} as {known.format} at {known.sample_rate} Hz, "
            "which it is not",
            where=str(path),
            hint=_again(run),
        )
    if fault := unrecordable(utterance.samples):
        raise _unfit(run, case, fault, path)
    return data, utterance


def links(folder: Path) -> list[Path]:
    """The links in a pending run, which nothing is read through."""
    folders = (folder / _AUDIO, folder / _GOLDENS)
    inside = (*folders, *(path for each in folders for path in each.glob("*")), *folder.glob("*.json"))
    return [path for path in inside if path.is_symlink()]


def _fault(run: Run, case: str) -> str:
    """What a metric that looks at every case found so wrong that it has no value; empty for nothing."""
    return next(
        (
            reading.reason or ""
            for reading in run.readings
            if reading.case == case and reading.value is None and metrics()[reading.metric].spec.counts_faults
        ),
        "",
    )


def _unfit(run: Run, case: str, fault: str, path: Path) -> BaselineError:
    return BaselineError(
        f"case {case!r} of run {run.id} cannot be a golden: {fault}",
        where=str(path),
        hint=f"tts-baseline reject {run.id}",
    )


def _difference(data: bytes, known: RecordingFile, run: Run) -> str:
    """What a file is instead of the recording that was measured."""
    hashed = hashlib.sha256(data).hexdigest()
    other = next((case for case, recording in run.recordings.items() if recording.sha256 == hashed), None)
    if other is not None:
        return f"it is that of case {other!r}"
    try:
        found = described(data)
    except soundfile.LibsndfileError:
        return f"it is no audio, {_size(data, known)}"
    if (found.format, found.sample_rate) != (known.format, known.sample_rate):
        return f"it is {found.format} at {found.sample_rate} Hz, not {known.format} at {known.sample_rate} Hz"
    return f"its content was changed, {_size(data, known)}"


def _size(data: bytes, known: RecordingFile) -> str:
    """The size of what was read, of which no more than one byte too many was."""
    if len(data) > known.size:
        return f"more than {known.size} bytes"
    return f"{len(data)} bytes of {known.size}"


def _why(path: Path, error: OSError) -> str:
    return "it is a link" if path.is_symlink() else error.strerror or str(error)


def _again(run: Run) -> str:
    return f"{_WHOLE}; or tts-baseline reject {run.id}, and measure again"
