"""Examines a whole tree of baselines: what is damaged, edited, missing, left over, or of somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from tts_baseline.baseline import files, history, identity
from tts_baseline.baseline.identity import Identity
from tts_baseline.baseline.store import SOUND_CERTIFICATE, TAINTS, Store, named_certificate, named_run
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.history import HistoryEntry
from tts_baseline.core.records import Quality, Record, Run
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.core.taints import Taints

Stored = TypeVar("Stored", bound=Record)

_SWEEP = "tts-baseline migrate   (it finishes or removes what is left over)"


class Problem(Struct, frozen=True, kw_only=True):
    """What is wrong with a file of the baselines, and what mends it."""

    path: Path
    what: str
    mend: str


class Folder(Struct, frozen=True, kw_only=True):
    """One variant's folder, its records by path; `unread` says what of it cannot be read."""

    store: Store
    quality: Quality | None
    runs: Mapping[Path, Run]
    certificates: Mapping[Path, Certificate]
    sound: Mapping[Path, SoundCertificate]
    taints: Mapping[Path, Taints]
    entries: Mapping[Path, HistoryEntry]
    unread: tuple[Problem, ...]

    @property
    def has_history(self) -> bool:
        """True unless it is of an older layout, in which an edit is not seen."""
        return bool(self.entries)


def folders(root: Path) -> Iterator[Folder]:
    """Every variant's folder under `root`, which should be locked meanwhile."""
    for folder in sorted(root.glob("*/*/")):
        named = identity.stored_in(folder, Identity(folder.parent.name, folder.name))
        if named is not None or any(folder.iterdir()):
            owner = named or Identity(folder.parent.name, folder.name)
            yield _read(Store(root, owner.pipeline, owner.variant, folder=folder))


def beside(root: Path) -> list[Problem]:
    """What was left over outside the variants' folders."""
    return [_left(path, _SWEEP) for path in history.temporary(root / "schema")]


def problems(folder: Folder) -> Iterator[Problem]:
    """Everything that is wrong with a variant's baseline; nothing is changed."""
    yield from folder.unread
    yield from _of_another(folder)
    yield from _misplaced(folder)
    yield from _goldens(folder)
    if not folder.unread:  # what cannot be read may be what is missed
        yield from _left_over(folder)
    yield from _history(folder)


def _read(store: Store) -> Folder:
    unread: list[Problem] = []

    def each(pattern: str, kind: type[Stored], *, but: str = "") -> dict[Path, Stored]:
        found = {}
        for path in sorted(set(store.folder.glob(pattern)) - {store.folder / but}):
            try:
                found[path] = files.read_record(path, kind)
            except BaselineError as error:
                unread.append(Problem(path=path, what=error.what, mend=error.hint))
        return found

    return Folder(
        store=store,
        quality=next(iter(each("quality.json", Quality).values()), None),
        runs=each("machines/*/[!.]*.json", Run),
        certificates=each("certificates/[!.]*.json", Certificate, but=SOUND_CERTIFICATE),
        sound=each(SOUND_CERTIFICATE, SoundCertificate),
        taints=each(TAINTS, Taints),
        entries=each(f"{history.FOLDER}/[!.]*.json", HistoryEntry),
        unread=tuple(unread),
    )


def _of_another(folder: Folder) -> Iterator[Problem]:
    """Two pipelines in one folder, and a folder that is not that of its pipeline."""
    store = folder.store
    records: dict[Path, Quality | Run | Certificate | SoundCertificate | Taints] = {
        **folder.runs,
        **folder.certificates,
        **folder.sound,
        **folder.taints,
    }
    if folder.quality:
        records[store.folder / "quality.json"] = folder.quality
    for path, record in records.items():
        try:
            identity.check(path, Identity(record.pipeline, record.variant), store.identity)
        except BaselineError as error:
            yield Problem(path=path, what=error.what, mend=f"git log -- {path}; then git rm {path}")
    if records and store.folder not in identity.folders_of(store.root, store.identity):
        shown = f"{store.identity.pipeline!r} ({store.identity.variant})"
        yield Problem(
            path=store.folder,
            what=f"this is the baseline of {shown}, which is looked for elsewhere",
            mend="tts-baseline migrate",
        )


def _misplaced(folder: Folder) -> Iterator[Problem]:
    names = {path: named_run(run) for path, run in folder.runs.items()}
    names |= {path: named_certificate(found) for path, found in folder.certificates.items()}
    for path, name in names.items():
        if path != folder.store.folder / name:
            yield Problem(
                path=path, what=f"by its content this is {name}", mend=f"git log --follow -- {path}"
            )
    for path, run in folder.runs.items():
        if run.acceptance is None:
            yield Problem(path=path, what="nobody accepted this run", mend=f"git rm {path}")


def _goldens(folder: Folder) -> Iterator[Problem]:
    quality = folder.quality
    for case in quality.cases if quality else ():
        try:
            folder.store.goldens(quality, (case,))
        except BaselineError as error:
            yield Problem(path=Path(error.where), what=error.what, mend=error.hint)


def _left_over(folder: Folder) -> Iterator[Problem]:
    store, quality = folder.store, folder.quality
    known = {*folder.runs, *folder.certificates, *folder.sound, *folder.taints, *folder.entries}
    known.add(store.folder / "quality.json")
    known |= {store.golden(case, accepted) for case, accepted in (quality.cases if quality else {}).items()}
    sweepable = set(history.leftovers(store.folder, known))
    for path in sorted(path for path in store.folder.rglob("*") if not path.is_dir() and path not in known):
        mend = _SWEEP if path in sweepable else f"git rm {path}   (or: rm {path})"
        yield _left(path, mend)


def _history(folder: Folder) -> Iterator[Problem]:
    """What the entries say against the files, and against each other."""
    root = folder.store.folder
    hashed = {path: history.digest(path.read_bytes()) for path in folder.entries}
    for path in folder.entries:
        if path.name != history.entry_name(path.read_bytes()):
            yield Problem(path=path, what="this entry of the history was edited", mend=_restore(path))
    known = {hashed[path]: entry for path, entry in folder.entries.items()}
    for path, entry in folder.entries.items():
        for parent in entry.parents:
            if parent not in known:
                before = path.with_name(f"{parent[: len(path.stem)]}.json")
                yield Problem(
                    path=before,
                    what=f"this entry of the history was removed or edited; {path.name} names it",
                    mend=_restore(before),
                )
    if known:
        yield from _files(root, known)


def _files(root: Path, known: Mapping[str, HistoryEntry]) -> Iterator[Problem]:
    """The stored files that are not as the newest entries that name them say."""
    newest = history.newest_hashes(known)
    for name, hashes in sorted(newest.items()):
        path = root / name
        if not path.is_file():
            yield Problem(path=path, what="this accepted file was removed", mend=_restore(path))
            continue
        found = history.digest(path.read_bytes())
        if found in hashes:
            continue
        was_once = any(entry.files.get(name) == found for entry in known.values())
        what = (
            "this is an older state than the last that was accepted"
            if was_once
            else "this file was edited since it was written"
        )
        yield Problem(path=path, what=what, mend=_restore_or_keep(path))
    for name in history.unlisted(root, known.values()):
        yield Problem(
            path=root / name,
            what="no entry of the history names this file: an older version wrote it, or a person",
            mend=_restore_or_keep(root / name),
        )


def _left(path: Path, mend: str) -> Problem:
    return Problem(path=path, what="nothing refers to this file", mend=mend)


def _restore_or_keep(path: Path) -> str:
    return f"{_restore(path)}; or, where it is meant, as after a merge: tts-baseline migrate"


def _restore(path: Path) -> str:
    return f"git log -p -- {path}; git checkout COMMIT -- {path}"
