"""The history of a variant's baseline: one entry a change, each naming those before it by their hash.

An entry is also what makes a change count: what it names is moved into place after it is written, by whoever
comes next if need be. So a kill at any moment leaves the baseline as it was, or as it was to be.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.files import sync_folder, write_atomic
from tts_baseline.core.history import HistoryEntry

FOLDER = "history"
_GOLDEN = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[0-9a-f]{16})?\.flac")  # and by the case alone, as once
_NAME_DIGITS = 16  # of a SHA-256: two entries of one store never share so many by chance
_STAGED_DIGITS = 8  # as in the temporary names of core/files


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def entries(folder: Path) -> dict[str, HistoryEntry]:
    """Every entry by the SHA-256 of its file. Raises BaselineError for a damaged one."""
    known = {}
    for path in sorted((folder / FOLDER).glob("[!.]*.json")):
        entry = files.read_record(path, HistoryEntry)  # first, for it is bounded
        known[digest(path.read_bytes())] = entry
    return known


def heads(known: Mapping[str, HistoryEntry]) -> list[str]:
    """The entries that no other names: the newest, one of each branch."""
    older = {parent for entry in known.values() for parent in entry.parents}
    return sorted(known.keys() - older)


def newest_hashes(known: Mapping[str, HistoryEntry]) -> dict[str, set[str]]:
    """The hashes that each file may have: by the entries that name it, but for those of before them."""
    before = {name: _ancestors(name, known) for name in known}
    hashes: dict[str, set[str]] = {}
    for name in {file for entry in known.values() for file in entry.files}:
        naming = {key for key, entry in known.items() if name in entry.files}
        older = set().union(*(before[key] for key in naming))
        hashes[name] = {known[key].files[name] for key in naming - older}
    return hashes


def stored(folder: Path) -> list[Path]:
    """The files that a history accounts for, as far as they are there."""
    globs = ("quality.json", "taints.json", "machines/*/[!.]*.json", "certificates/[!.]*.json")
    return sorted(path for pattern in globs for path in folder.glob(pattern))


def unlisted(folder: Path, known: Iterable[HistoryEntry]) -> dict[str, str]:
    """The stored files that no entry names, with their hashes: of an older version, or brought by hand."""
    listed = {name for entry in known for name in entry.files}
    found = {str(path.relative_to(folder)): path for path in stored(folder)}
    return {name: digest(path.read_bytes()) for name, path in found.items() if name not in listed}


def unknown(folder: Path, known: Mapping[str, HistoryEntry]) -> dict[str, str]:
    """The stored files that hold what no newest entry says, with their hashes: merged, edited, unlisted."""
    newest = newest_hashes(known)
    hashes = {str(path.relative_to(folder)): digest(path.read_bytes()) for path in stored(folder)}
    return {name: hashed for name, hashed in hashes.items() if hashed not in newest.get(name, set())}


def commit(folder: Path, written: Mapping[str, bytes], *, at: str, reason: str) -> None:
    """Replace the files of a folder together, with an entry that says so; the folder is locked.

    The first entry takes in what is there already. Raises BaselineError where a program without the lock
    changes one of the files meanwhile.
    """
    known = entries(folder)
    adopted = unlisted(folder, known.values()) if not known else {}
    for name, data in written.items():
        _stage(folder / name, data)
    for parent in {(folder / name).parent for name in written}:
        sync_folder(parent)
    there = {name: folder / name for name in written if (folder / name).is_file()}
    entry = HistoryEntry(
        at=at,
        reason=reason,
        parents=tuple(heads(known)),
        files=adopted | {name: digest(data) for name, data in written.items()},
        replaced=adopted | {name: digest(path.read_bytes()) for name, path in there.items()},
    )
    path = _write(folder, entry)
    finish(folder)
    if not path.exists():  # it was taken back
        raise changed_meanwhile(folder)


def changed_meanwhile(folder: Path) -> BaselineError:
    """What is said where git, say, writes into a folder that is locked."""
    return BaselineError(
        "the baselines were changed while they were written, by a program that knows no lock",
        where=str(folder),
        hint="wait for git to be done, and accept it again",
    )


def adopt(folder: Path, *, at: str, reason: str) -> Path:
    """A new entry for the stored files that none describes, as they are; the folder is locked."""
    known = entries(folder)
    found = unknown(folder, known)
    parents = tuple(heads(known))
    return _write(folder, HistoryEntry(at=at, reason=reason, parents=parents, files=found, replaced=found))


def entry_name(data: bytes) -> str:
    """The name of the file of an entry, made of its content."""
    return _named(digest(data))


def _named(hashed: str) -> str:
    return f"{hashed[:_NAME_DIGITS]}.json"


def finish(folder: Path) -> None:
    """Move into place what the newest entries name and a kill left beside its place; the folder is locked.

    Where somebody else (git, say) has replaced one of the files meanwhile, the entry is taken back instead.
    """
    staged = set(_staged(folder))
    if not staged:
        return
    known = entries(folder)
    for head in heads(known):
        named = known[head].files.items()
        places = {_staged_at(folder / name, hashed): (name, hashed) for name, hashed in named}
        waiting = {
            path: name
            for path, (name, hashed) in places.items()
            if path in staged and digest(path.read_bytes()) == hashed
        }
        if any(_is_of_another(folder / name, name, known[head]) for name in waiting.values()):
            _take_back(folder, head, known[head])
            continue
        for path, name in waiting.items():
            path.replace(folder / name)
            sync_folder(path.parent)


def _is_of_another(final: Path, name: str, entry: HistoryEntry) -> bool:
    """True for a file that is not what it was when the entry was about to replace it."""
    found = digest(final.read_bytes()) if final.is_file() else None
    return found not in (entry.replaced.get(name), entry.files[name])


def _take_back(folder: Path, head: str, entry: HistoryEntry) -> None:
    """Remove an entry, and the new files that it brought; what waits for its place is swept."""
    for name in entry.files.keys() - entry.replaced.keys():
        path = folder / name
        if path.is_file() and digest(path.read_bytes()) == entry.files[name]:
            path.unlink()
    (folder / FOLDER / _named(head)).unlink()
    sync_folder(folder / FOLDER)


def sweep(folder: Path, goldens: Iterable[Path]) -> None:
    """Remove what a kill left: files beside their place, and recordings that are none of these `goldens`."""
    kept = set(goldens)
    for path in leftovers(folder, kept):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def leftovers(folder: Path, goldens: Iterable[Path]) -> list[Path]:
    """The files that nothing refers to: staged ones, and recordings that are none of these `goldens`."""
    kept = set(goldens)
    goldens_there = (folder / "golden").glob("[!.]*.flac")
    orphans = (path for path in goldens_there if path not in kept and _GOLDEN.fullmatch(path.name))
    return sorted({*_staged(folder), *temporary(folder / "golden"), *temporary(folder / FOLDER), *orphans})


def _ancestors(name: str, known: Mapping[str, HistoryEntry]) -> set[str]:
    """Every entry that was there before this one."""
    found: set[str] = set()
    left = list(known[name].parents)
    while left:
        parent = left.pop()
        if parent in known and parent not in found:
            found.add(parent)
            left += known[parent].parents
    return found


def _write(folder: Path, entry: HistoryEntry) -> Path:
    data = files.encoded(entry, folder / FOLDER)
    path = folder / FOLDER / entry_name(data)
    write_atomic(path, data)
    return path


def _stage(final: Path, data: bytes) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    path = _staged_at(final, digest(data))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


def _staged_at(final: Path, hashed: str) -> Path:
    """Where a file waits until it counts."""
    return final.with_name(f".{final.name}.{hashed[:_STAGED_DIGITS]}")


def _staged(folder: Path) -> Iterator[Path]:
    for parent in (folder, *folder.glob("machines/*"), folder / "certificates"):
        yield from temporary(parent)


def temporary(folder: Path) -> Iterator[Path]:
    """Files beside their place in a folder, as core/files and this module name them: what a kill left."""
    found = folder.glob(f".*.{'[0-9a-f]' * _STAGED_DIGITS}")
    return (path for path in found if path.is_file() and not path.is_symlink())
