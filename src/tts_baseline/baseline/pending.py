"""Pending runs: every run leaves a folder that `accept` can promote, here or on another machine."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from tts_baseline.baseline import files, recordings
from tts_baseline.baseline.files import LARGEST_RECORD
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import read_regular, sync_folder, write_atomic
from tts_baseline.core.records import RecordingFile, Run, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import unrecordable

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SEAL = "run.sha256"
_SEAL_BYTES = len("0" * 64 + "  run.json\n")
_TOKEN = "[0-9a-f]" * 8  # how the names of hidden files and folders end, here and in core/files


def prepare(report: Path) -> None:
    """Make the folder of runs; git ignores one that is new, and an old one is not ours to change."""
    if report.is_dir():
        return
    report.parent.mkdir(parents=True, exist_ok=True)
    for left in report.parent.glob(f".{report.name}.{_TOKEN}"):
        shutil.rmtree(left, ignore_errors=True)
    partial = _beside(report)
    partial.mkdir()
    (partial / ".gitignore").write_text("*\n")
    try:
        partial.rename(report)
    except OSError:  # another process has made it
        shutil.rmtree(partial, ignore_errors=True)


def save(report: Path, run: Run, utterances: Mapping[str, Utterance]) -> Path:
    """The new folder `<report>/<run id>` with run.json and audio/<case>.flac; it appears when complete.

    run.json describes the recordings, and run.sha256 run.json.
    """
    with appearing(report, run.id) as partial:
        kept: dict[str, RecordingFile] = {}
        (partial / "audio").mkdir()
        for case, utterance in utterances.items():
            if not unrecordable(utterance.samples):
                data = files.encode_flac(utterance)
                write_atomic(recordings.path_of(partial, case), data)
                kept[case] = recordings.described(data)
        data = files.encoded(replace(run, recordings=kept), partial / "run.json")
        write_atomic(partial / _SEAL, sealed(data))
        write_atomic(partial / "run.json", data)
    return report / run.id


def sealed(data: bytes) -> bytes:
    """What run.sha256 says of the bytes of run.json; `sha256sum --check run.sha256` understands it."""
    return f"{hashlib.sha256(data).hexdigest()}  run.json\n".encode()


def check_as_measured(folder: Path) -> None:
    """Raise BaselineError for a run.json that was edited since it was measured.

    It keeps an edit from being accepted unnoticed; who rewrites run.sha256 as well is not noticed, and a run
    of an earlier version has none.
    """
    path = folder / "run.json"
    try:
        seal = read_regular(folder / _SEAL, _SEAL_BYTES + 1)
        is_as_measured = seal == sealed(read_regular(path, LARGEST_RECORD))
    except FileNotFoundError:
        return
    except OSError:  # a link, or no file at all
        is_as_measured = False
    if not is_as_measured:
        raise BaselineError(
            f"run {folder.name} is not as it was measured: run.json was edited, or run.sha256",
            where=str(path),
            hint=f"tts-baseline reject {folder.name}, and measure again; or download it again",
        )


@contextlib.contextmanager
def appearing(report: Path, name: str) -> Iterator[Path]:
    """A hidden folder, which is `<report>/<name>` after the block; a block that fails leaves nothing."""
    with scratch(report, name) as partial:
        yield partial
        partial.rename(report / name)
        sync_folder(report)


@contextlib.contextmanager
def scratch(report: Path, name: str) -> Iterator[Path]:
    """A hidden folder for the time of the block; what a kill leaves of it is removed by the next."""
    prepare(report)
    sweep(report)
    partial = _beside(report / name)
    partial.mkdir()
    try:
        with _held(partial):
            yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def add(folder: Path, name: str, data: bytes) -> None:
    """Write one more file into the folder of a run."""
    with _held(folder, wait=True):
        write_atomic(folder / name, data)


def sweep(report: Path) -> None:
    """Remove what was left by whoever was killed while writing."""
    for partial in report.glob(f".*.{_TOKEN}"):
        with contextlib.suppress(OSError), _held(partial):
            shutil.rmtree(partial)
    for folder in report.glob("[!.]*/"):
        for path in folder.rglob(f".*.{_TOKEN}"):  # in the folder itself, and in those that it holds
            with contextlib.suppress(OSError), _held(folder):
                path.unlink()


def _beside(folder: Path) -> Path:
    """A hidden name for what will be `folder`."""
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")


@contextlib.contextmanager
def _held(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Lock a folder that is being written, as long as its process lives.

    OSError where another holds it, unless that is waited for.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def find(report: Path, name: str) -> Path:
    """The folder of a pending run, by id, by the beginning or end of an id, by `last`, or by path.

    `last` is the newest that can be used. Raises BaselineError if none or several match.
    """
    given = Path(name)
    if given.name == "run.json":
        given = given.parent
    if _holds_run(given):
        return given
    known = listing(report)
    if name == "last" and known:
        passed = unusable(report)
        return next((folder for folder in reversed(known) if folder not in passed), known[-1])
    fits = [path for path in known if path.name == name] or [
        path for path in known if name and (path.name.startswith(name) or path.name.endswith(name))
    ]
    if len(fits) == 1:
        return fits[0]
    shown = ", ".join(path.name for path in (fits or known)[-5:]) or "none"
    raise BaselineError(
        f"{'several pending runs are' if fits else 'no pending run is'} called {name!r}",
        where=f"{report} holds: {shown}",
        hint="tts-baseline run" if not known else f"tts-baseline compare {(fits or known)[-1].name}",
    )


def _holds_run(folder: Path) -> bool:
    try:
        return (folder / "run.json").is_file()
    except OSError:  # no folder has a name that long
        return False


def listing(report: Path) -> list[Path]:
    """The folders of all pending runs, oldest first."""
    return sorted(p.parent for p in report.glob("[!.]*/run.json"))


def opened(report: Path, name: str) -> tuple[Path, Run]:
    """The folder of a pending run, found as `find` does, and the run, which is read once."""
    if name == "last" and not _holds_run(Path(name)):
        for folder in reversed(listing(report)):
            with contextlib.suppress(BaselineError):
                return folder, load(folder)
    folder = find(report, name)
    return folder, load(folder)


def unusable(report: Path, last: Path | None = None) -> dict[Path, BaselineError]:
    """The pending runs that `last` passes over, newest first, each with why it cannot be used.

    `last` is the folder that it names, where that is known already.
    """
    passed: dict[Path, BaselineError] = {}
    for folder in reversed(listing(report)):
        if folder == last:
            break
        try:
            load(folder)
        except BaselineError as error:
            passed[folder] = error
        else:
            break
    return passed


def load(folder: Path) -> Run:
    """The run in a pending folder, which may come from another machine.

    Raises BaselineError for a link in the folder, as `read_record` does, and for metrics that are not
    installed here.
    """
    path = folder / "run.json"
    if links := recordings.links(folder):
        raise BaselineError(
            "the run cannot be used: nothing is read through a link in its folder",
            where=str(links[0]),
            hint=f"tts-baseline reject {folder.name}; or download it again, files and no links",
        )
    run = files.read_record(path, Run, mend=f"tts-baseline reject {folder.name}; or download it again")
    unknown = sorted({*run.by_metric, *(r.metric for r in run.own_readings)} - metrics().keys())
    if unknown:
        raise BaselineError(
            f"run {run.id} was read by metrics that are not installed here: {', '.join(unknown)}",
            where=str(path),
            hint="pip install what adds them, or measure again: tts-baseline run",
        )
    return run


def left(report: Path, name: str) -> Path:
    """What `name` leaves in `report`, in whatever state: as `find`, and the folder of exactly that name.

    `last` is the newest run, usable or not.
    """
    known = listing(report)
    if name == "last" and known:
        return known[-1]
    folder = report / name
    return folder if _NAME.fullmatch(name) and folder.is_dir() else find(report, name)


def discard(report: Path, folder: Path) -> None:
    """Remove a pending run for good, damaged or not; BaselineError for a folder that is not in `report`."""
    if folder.resolve().parent != report.resolve():
        raise BaselineError(
            "only pending runs are removed, and this folder is none",
            where=str(folder),
            hint=f"choose one of {report}: tts-baseline reject last",
        )
    gone = _beside(folder)  # at once, so that a kill leaves no half of a run; the next one removes the rest
    folder.rename(gone)
    shutil.rmtree(gone)
