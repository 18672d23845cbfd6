"""Which files a voice is made of: content hashes, computed once and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import TYPE_CHECKING

from tts_baseline.core.files import read_bounded, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 2**24  # chosen: 16 MiB, more than 100,000 files


def fingerprint(path: Path, *, cache: Path) -> str:
    """SHA-256 of a file (16 digits), remembered in `cache` by its name, size and time of change.

    A cache that cannot be read or written costs the time of hashing again, nothing else.
    """
    status = path.stat()
    key = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    memory = cache / "fingerprints.json"
    known: object = None
    with contextlib.suppress(OSError, ValueError, RecursionError):
        known = json.loads(read_bounded(memory, _LARGEST))
    remembered = known if isinstance(known, dict) else {}
    if key in remembered:
        return str(remembered[key])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    with contextlib.suppress(OSError):
        write_atomic(memory, json.dumps({**remembered, key: digest}, indent=1).encode())
    return digest
