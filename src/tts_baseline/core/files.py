"""Reads files that other people may have put there, within bounds; replaces files atomically."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

_KEPT = 100  # chosen: characters of a file's name in its temporary one, which must not be too long
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes, or of one that a link leads to.

    Raises OSError, whose `strerror` says why, for any other kind of file (a pipe would be waited for), for a
    larger one, and where there is none or it may not be read.
    """
    _check_kind(path, path.stat())
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(handle)
        _check_kind(path, seen)  # again: another may have taken its place meanwhile
        if seen.st_size <= most and len(data := file.read(most + 1)) <= most:
            return data
    raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB", str(path))


def read_regular(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a regular file. OSError for a link, and for a pipe or the like."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        _check_kind(path, os.fstat(handle))
        return file.read(limit)


def sync_folder(folder: Path) -> None:
    """Have the disk keep which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace `path` by `data`; a reader, or a crash, leaves either the old file or the new one.

    Raises OSError where that cannot be done, also for a name that the file system cannot have.
    """
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise OSError(errno.EILSEQ, "no file can have this name", str(path)) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.parent / f".{path.name[:_KEPT]}.{secrets.token_hex(4)}"
    # Not mkstemp, whose files only their owner may read: who else may is for the user's umask to say.
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        name.replace(path)
        sync_folder(path.parent)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _check_kind(path: Path, seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(seen.st_mode)), "no regular file")
        raise OSError(errno.EINVAL, f"it is {kind}, not a file", str(path))
