"""Keeps and reads what record.py records: one archive a rig, in it one file a session.

A session holds the calls of two arms in the order they were made in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile, ZipInfo

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tts_baseline.core.errors import BaselineError, NothingMeasured
from tts_baseline.core.files import write_atomic

Clock = Literal["wall", "cpu", "reference"]
Numbers = NDArray[np.float64]
CLOCKS: tuple[Clock, ...] = ("wall", "cpu", "reference")
UNIT_S = 1e-7
SLOTS = 4
_FILE = re.compile(r"(\d{4,})\.npz")
# Where base's and head's calls lie in a quad, by whether base began. Their first calls are neighbours, and so
# are their second ones.
_BASE_IN = {True: (0, 3), False: (1, 2)}
_HEAD_IN = {True: (1, 2), False: (0, 3)}


class Meta(Struct, frozen=True, kw_only=True):
    """Where and when a session was recorded, and how busy the machine was.

    `others_cpu` and `steal` are shares of all cores' time, one a restart. `disturbed` counts the
    restarts that were measured anew because the machine was not idle.
    """

    rig: str
    session: int
    began: str
    cases: tuple[str, ...]
    machine: dict[str, Any]
    software: dict[str, Any]
    others_cpu: tuple[float, ...]
    steal: tuple[float, ...] = ()
    disturbed: int = 0


class Arms(Struct, frozen=True):
    """The calls of base and head at one slowdown: seconds, shape (restarts, cases, calls), in time order."""

    base: Numbers
    head: Numbers

    def first(self, restarts: int, calls: int | None = None) -> Arms:
        """The first so many restarts, and of each the first so many calls of an arm."""
        return Arms(self.base[:restarts, :, :calls], self.head[:restarts, :, :calls])

    @property
    def restarts(self) -> int:
        return int(self.base.shape[0])

    @property
    def cases(self) -> int:
        return int(self.base.shape[1])

    @property
    def calls(self) -> int:
        """How many calls there are, of both arms and all cases."""
        return int(self.base.size + self.head.size)


class Session(Struct, frozen=True, kw_only=True):
    """One recorded session: eight restarts (or fewer) of all cases at all levels of slowdown."""

    meta: Meta
    levels: tuple[float, ...]
    base_first: NDArray[np.bool_]
    clocks: dict[str, NDArray[np.int32]]

    def arms(self, level: int, clock: Clock = "wall") -> Arms:
        """The calls made for level number `level`: its own base calls, so that levels share none."""
        ticks, first = self.clocks[clock][:, :, level], self.base_first[:, :, level, :, None]
        return Arms(_picked(ticks, first, _BASE_IN), _picked(ticks, first, _HEAD_IN))

    def seconds(self, level: int, restarts: int) -> float:
        """Seconds of the calls of the first so many restarts, both arms, by the wall clock."""
        return float(self.clocks["wall"][:restarts, :, level].sum() * UNIT_S)


def rigs(folder: Path) -> list[str]:
    """The rigs that have a recorded session, each pipeline's idle one first; raises NothingMeasured."""
    names = [path.stem for path in folder.glob("*.zip")]
    if not names:
        raise NothingMeasured(
            "there are no recordings",
            where=str(folder),
            hint="python benchmarks/gate_vs_peers/record.py espeak-idle",
        )
    return sorted(names, key=lambda rig: (rig.partition("-")[0], not rig.endswith("idle"), rig))


def sessions(folder: Path, rig: str) -> Iterator[Session]:
    """Every recorded session of a rig, in the order of recording: none is left out."""
    archive = archive_of(folder, rig)
    for number in numbers(archive):
        yield read(archive, number)


def archive_of(folder: Path, rig: str) -> Path:
    """The file that holds a rig's sessions."""
    return folder / f"{rig}.zip"


def numbers(archive: Path) -> list[int]:
    """The numbers of the sessions in an archive, in order; none where there is no archive yet."""
    if not archive.exists():
        return []
    try:
        with ZipFile(archive) as file:
            names = file.namelist()
    except (OSError, BadZipFile) as error:
        raise BaselineError(f"this is not an archive of recordings: {error}", where=str(archive)) from error
    return sorted(int(match[1]) for match in map(_FILE.fullmatch, names) if match)


def add(archive: Path, number: int, session: bytes) -> None:
    """Add a session's file to the archive; a crash leaves the archive as it was."""
    grown = io.BytesIO(archive.read_bytes() if archive.exists() else b"")
    with ZipFile(grown, "a") as file:  # stored: each session is compressed already
        file.writestr(ZipInfo(_name(number)), session)
    write_atomic(archive, grown.getvalue())


def read(archive: Path, number: int) -> Session:
    """One session of an archive; raises BaselineError if it is not what record.py writes."""
    where = f"{archive}, {_name(number)}"
    try:
        with ZipFile(archive) as file:
            content = io.BytesIO(file.read(_name(number)))
        with np.load(content, allow_pickle=False) as file:
            columns = {name: file[name] for name in ("first", "levels", "meta", *CLOCKS)}
        meta = msgspec.json.decode(str(columns.pop("meta")), type=Meta)
    except (OSError, KeyError, ValueError, BadZipFile, msgspec.MsgspecError) as error:
        raise BaselineError(f"this is not a recording: {error}", where=where) from error
    fault = _fault(columns, meta, archive.stem)
    if fault:
        raise BaselineError(f"this is not a whole recording: {fault}", where=where)
    return Session(
        meta=meta,
        levels=tuple(float(level) for level in columns["levels"]),
        base_first=columns["first"],
        clocks={clock: columns[clock] for clock in CLOCKS},
    )


def _fault(columns: dict[str, NDArray[Any]], meta: Meta, rig: str) -> str:
    shape = columns["wall"].shape
    levels = columns["levels"]
    if meta.rig != rig:
        return f"it says that it is of {meta.rig}"
    if len(shape) != 5 or shape[-1] != SLOTS or 0 in shape:
        return f"calls have the shape {shape}"
    if any(columns[clock].shape != shape for clock in CLOCKS) or columns["first"].shape != shape[:-1]:
        return "its columns differ in shape"
    if shape[1] != len(meta.cases) or levels.shape != (shape[2],) or len(meta.others_cpu) != shape[0]:
        return "its columns do not fit its cases, levels and restarts"
    if len(set(levels.tolist())) != len(levels) or levels[0] != 0:
        return "the first level must be the unchanged one, and each level another"
    if any((columns[clock] <= 0).any() for clock in CLOCKS):
        return "some calls took no time"
    return ""


def _name(number: int) -> str:
    return f"{number:04d}.npz"


def _picked(
    ticks: NDArray[np.int32], first: NDArray[np.bool_], slots: dict[bool, tuple[int, int]]
) -> Numbers:
    """Restarts, cases, calls: the two of each quad that belong to one arm."""
    calls = np.where(first, ticks[..., slots[True]], ticks[..., slots[False]])
    return calls.reshape(*ticks.shape[:2], -1) * UNIT_S
