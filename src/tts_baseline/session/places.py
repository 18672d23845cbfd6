"""Where a command will write: tried before it measures, and shown by `tts-baseline doctor`."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.measure import lock
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project

_BLOCK = 2**16  # chosen: a file system that takes this takes more, unless it is about to be full
_ROOM_A_RECORDING = 2**18  # chosen: a sentence of 5 s at 24 kHz, in 24-bit FLAC at two thirds of its size
_RECORDINGS = 2  # of a case: as it sounds now, and, where that differs, its golden, for the run's page
_ROOM_A_RUN = 2**22  # chosen: run.json of a large suite, and the report


class Destination(Struct, frozen=True, kw_only=True):
    """A folder that will be written to: what for, how much, and how to choose another one.

    `files` have to be regular files, or not to be there yet.
    """

    what: str
    folder: Path
    choose: str
    room: int = _BLOCK
    files: tuple[Path, ...] = ()


def of_run(project: Project) -> tuple[Destination, ...]:
    """Where a run goes: its own folder, the baselines where it may record, locks."""
    recording = project.settings.missing == "record"
    return (_runs(project), *(_baselines(project) if recording else ()), _temporary(project))


def of_comparison(project: Project) -> tuple[Destination, ...]:
    """Where a comparison of two revisions goes: its own folder, a worktree, locks."""
    return (_runs(project), _temporary(project))


def of_optimization(project: Project) -> tuple[Destination, ...]:
    """Where an optimization goes: folders of the judge and its own, presets beside the baselines, locks."""
    return (_runs(project), *_baselines(project), _temporary(project))


def of_certificate(project: Project) -> tuple[Destination, ...]:
    """Where a certificate goes: the baselines, locks."""
    return (*_baselines(project), _temporary(project))


def check(places: Iterable[Destination]) -> None:
    """Raise BaselineError for the first place that cannot be written to."""
    for place in places:
        if found := trouble(place):
            raise found


def trouble(place: Destination) -> BaselineError | None:
    """Why a place cannot be written to; None where it can. Nothing is left there."""
    try:
        _try(place)
    except OSError as error:
        return BaselineError(
            f"the folder of {place.what} cannot be written: {error.strerror or error}",
            where=str(place.folder),
            hint=f"{place.choose}   (or look: ls -ld {place.folder}; df -h {_existing(place.folder)})",
        )
    return None


def kept(project: Project, write: Callable[[Path], Path], progress: Progress) -> Path:
    """What `write` returns of the folder of runs; of a new temporary one where it fails, which is said."""
    try:
        return write(project.report)
    except OSError as error:
        folder = write(Path(tempfile.mkdtemp(prefix="tts-baseline-kept-")))
        progress.say(
            f"{project.report} cannot be written ({error.strerror or error}); what was measured is kept in "
            f"{folder}, which commands take in place of a run's name"
        )
        return folder


def _runs(project: Project) -> Destination:
    room = _ROOM_A_RUN + _RECORDINGS * _ROOM_A_RECORDING * len(project.chosen)
    return Destination(what="runs", folder=project.report, choose="--report DIR", room=room)


def _baselines(project: Project) -> Iterator[Destination]:
    root = project.root / project.settings.dir
    for folder in (root, *_below(project.store(project.settings.device).folder.parent), root / "schema"):
        yield Destination(
            what="baselines", folder=folder, choose="--dir DIR, or --missing fail to record nothing"
        )


def _temporary(project: Project) -> Destination:
    locks = (lock.path(), files.lock_path(project.root / project.settings.dir))
    folder = Path(tempfile.gettempdir())
    return Destination(what="temporary files", folder=folder, choose="export TMPDIR=DIR", files=locks)


def _below(folder: Path) -> Iterator[Path]:
    yield folder
    for parent, names, _ in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _try(place: Destination) -> None:
    """Write where the folder is or will be, in a file without a name."""
    existing = _existing(place.folder)
    with tempfile.TemporaryFile(dir=existing) as file:
        file.write(bytes(_BLOCK))
        file.flush()
        os.fsync(file.fileno())
    if shutil.disk_usage(existing).free < place.room:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for path in place.files:
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            raise OSError(errno.EEXIST, f"{path} is in the way of a lock")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there already."""
    return next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
