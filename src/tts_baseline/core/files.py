"""Reads regular files alone, and replaces files atomically."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

_KEPT = 100  # chosen: characters of a file's name in its temporary one, which must not be too long


def read_regular(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a regular file. OSError for a link, and for a pipe or the like."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "this is no regular file", str(path))
        return file.read(limit)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace `path` by `data`; a reader, or a crash, leaves either the old file or the new one."""
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
    except BaseException:
        name.unlink(missing_ok=True)
        raise
