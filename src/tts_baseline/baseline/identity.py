"""Which folder is whose: a pipeline and a variant have one folder, and what lies in it names them."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import read_bounded
from tts_baseline.core.outside import filename

# Of these names no two give one folder: '-' takes the place of the ':' or the '+' alone.
_PLAIN_PIPELINE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*(:[a-z0-9_]+(\.[a-z0-9_]+)*)?")
_PLAIN_VARIANT = re.compile(r"[a-z0-9_]+(\+[a-z0-9_]+)*(\.[a-z0-9_-]*[a-z0-9_])?")
_PLAIN_LENGTH = 100  # core/outside cuts longer ones
_HASH_DIGITS = 8
_LARGEST = 2**28  # as baseline/files reads
_MARK = "~"  # in no plain name


class Identity(msgspec.Struct, frozen=True):
    """The pipeline and the variant that a stored file names."""

    pipeline: str
    variant: str


def folder_of(root: Path, identity: Identity) -> Path:
    """The folder of a variant's baseline, there or not.

    A name that could be taken for another gets a hash; a folder that an older version made without one is
    used as long as what lies in it names this pipeline and variant. Raises BaselineError for an empty name.
    """
    own, older = folders_of(root, identity)
    return older if own != older and not own.exists() and stored_in(older, identity) == identity else own


def folders_of(root: Path, identity: Identity) -> tuple[Path, Path]:
    """A variant's own folder, and that of an older version; most often they are one."""
    return own_folder(root, identity), root / filename(identity.pipeline) / filename(identity.variant)


def own_folder(root: Path, identity: Identity) -> Path:
    """The folder that no other pipeline or variant can have."""
    for what, name in (("pipeline", identity.pipeline), ("variant", identity.variant)):
        if not name.strip("-. "):
            raise BaselineError(f"{name!r} names no {what}", where=str(root), hint="tts-baseline run")
    pipeline = _folder_name(identity.pipeline, _PLAIN_PIPELINE)
    return root / pipeline / _folder_name(identity.variant, _PLAIN_VARIANT)


def stored_in(folder: Path, unknown: Identity) -> Identity | None:
    """Whose baseline lies in a folder: `unknown` where no file can be read, None where there is no file."""
    telling = [path for path in _telling(folder) if path.exists()]
    for path in telling:
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(read_bounded(path, _LARGEST), type=Identity)
    return unknown if telling else None


def check(path: Path, found: Identity, expected: Identity) -> None:
    """Raise BaselineError for a stored file of another pipeline or variant than the one asked for."""
    if found != expected:
        raise BaselineError(
            f"this is of {_shown(found)}, not of {_shown(expected)}: two names share one folder",
            where=str(path),
            hint="tts-baseline migrate   (it gives each a folder of its own)",
        )


def _folder_name(name: str, plain: re.Pattern[str]) -> str:
    if len(name) <= _PLAIN_LENGTH and plain.fullmatch(name):
        return filename(name)
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"{filename(name)[:_PLAIN_LENGTH]}{_MARK}{digest[:_HASH_DIGITS]}"


def _telling(folder: Path) -> Iterator[Path]:
    yield folder / "quality.json"
    yield from sorted(folder.glob("machines/*/[!.]*.json"))
    yield from sorted(folder.glob("certificates/[!.]*.json"))


def _shown(identity: Identity) -> str:
    return f"{identity.pipeline!r} ({identity.variant})"
