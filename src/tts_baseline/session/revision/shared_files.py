"""Links what a base revision needs and git does not track (checkpoints, voices) from the project."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from tts_baseline.core.git import Place

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\n"
)
_POINTER_BYTES = 1024  # the specification of Git LFS: a pointer is smaller than this


class Shared(Struct, frozen=True, kw_only=True):
    """A file or folder of the project that both revisions read.

    `path` is relative to the project's folder. `sha256` is the hash of the file, or of a folder's names and
    files. `base` is the hash of the base's own version; None if git has none.
    """

    path: str
    sha256: str
    base: str | None = None

    @property
    def differs(self) -> bool:
        """True if the base's own version differs."""
        return self.base not in (None, self.sha256)


def strings(settings: object) -> Iterator[str]:
    """Every string value in nested settings."""
    if isinstance(settings, str):
        yield settings
    elif isinstance(settings, Mapping):
        for value in settings.values():
            yield from strings(value)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from strings(value)


def share(
    project: Place, tree: Path, files: Collection[str], say: Callable[[str], None]
) -> tuple[Shared, ...]:
    """The files that the worktree at `tree` shares with the project, after linking them into it.

    `files` are strings from the settings; those that name nothing in the repository are ignored. A folder
    that git tracks in part gets links to the rest, except to code. Raises OSError.
    """
    link = _Link(project, tree)
    shared: dict[Path, Shared] = {}
    for value in map(Path, sorted(set(files))):
        named = _named(project.root, value)
        if named is None or named in (project.root, *project.root.parents) or ".git" in named.parts:
            continue
        if named.is_relative_to(project.top):
            shared |= link.absolute(named) if value.is_absolute() else link.relative(named)
        elif not value.is_absolute():
            say(f"{value} lies outside the repository: the base reaches it only by an absolute path")
    return tuple(shared.values())


def digest(path: Path) -> str:
    """The SHA-256 of a file, or of a folder's file names and their SHA-256 (links to folders left out)."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = sorted(entry for entry in path.rglob("*") if entry.is_file())
    listed = (os.fsencode(entry.relative_to(path)) + b"\0" + digest(entry).encode() for entry in files)
    return hashlib.sha256(b"\n".join(listed)).hexdigest()


class _Link(Struct, frozen=True):
    project: Place
    tree: Path

    def absolute(self, named: Path) -> Iterator[tuple[Path, Shared]]:
        """Nothing to link: by an absolute path both revisions read the project's file."""
        own = self.tree / named.relative_to(self.project.top)
        yield named, self._shared(named, digest(named), digest(own) if own.exists() else None)

    def relative(self, named: Path) -> Iterator[tuple[Path, Shared]]:
        """Links whatever the worktree lacks at `named` or below it."""
        own = self.tree / named.relative_to(self.project.top)
        # A broken link in the worktree (to a relative target that git does not track) counts as missing.
        own = next((path for path in reversed(own.parents) if path.is_symlink() and not path.exists()), own)
        named = self.project.top / own.relative_to(self.tree)
        if not self._is_ours(own):
            return
        pointer = _pointer(own)
        if pointer and not _pointer(named):
            sha256 = digest(named)
            stored = self.project.store / "lfs" / "objects" / pointer[:2] / pointer[2:4] / pointer
            is_shared = sha256 == pointer or not stored.is_file()
            own.unlink()
            own.symlink_to(named if is_shared else stored)
            if is_shared:
                yield named, self._shared(named, sha256, pointer)
        elif named.exists() and not own.exists():
            own.unlink(missing_ok=True)
            own.parent.mkdir(parents=True, exist_ok=True)
            own.symlink_to(named)
            yield named, self._shared(named, digest(named), None)
        elif own.is_dir() and named.is_dir() and not own.is_symlink():
            for entry in sorted(named.iterdir()):
                if not entry.name.startswith((".", "__pycache__")) and entry.suffix != ".py":
                    yield from self.relative(entry)

    def _is_ours(self, own: Path) -> bool:
        """False if the base has a file in place of a folder, or a folder outside the worktree."""
        above = next(path for path in own.parents if path.exists())
        return above.is_dir() and Path(os.path.realpath(above)).is_relative_to(self.tree)

    def _shared(self, named: Path, sha256: str, base: str | None) -> Shared:
        path = os.fsencode(os.path.relpath(named, self.project.root)).decode(errors="replace")
        return Shared(path=path, sha256=sha256, base=base)


def _named(root: Path, value: Path) -> Path | None:
    """The existing file or folder that a setting names, relative to the project's folder."""
    path = Path(os.path.normpath(root / value))
    try:
        if not (path.is_file() or path.is_dir()):
            return None
    except OSError:  # the name is too long, or the folder may not be read
        return None
    if value.is_absolute():  # it may go through a link
        return path.parent.resolve() / path.name
    return path


def _pointer(path: Path) -> str | None:
    """The SHA-256 in a Git LFS pointer; None for any other file."""
    if not path.is_file() or path.stat().st_size > _POINTER_BYTES:
        return None
    match = _POINTER.match(path.read_bytes())
    return match[1].decode() if match else None
