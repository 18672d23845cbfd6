"""Brings baselines of older layouts up to this one, each step whole by itself; readers take all of them.

Layouts of schema 1: goldens named by their case alone; no history; two pipelines in one folder's name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tts_baseline.baseline import history, identity
from tts_baseline.baseline.store import Store, stores
from tts_baseline.core.files import sync_folder


def migrate(root: Path, *, reason: str) -> Iterator[tuple[Path, Path]]:
    """What is moved or written anew, from where to where, as it happens; nothing is left to do afterwards.

    A history begins with what is there, for this `reason`; what a merge or a hand has changed gets an entry.
    Raises BaselineError for a file that is damaged, or of another pipeline than its folder's.
    """
    for store in list(stores(root)):
        with store.locked():
            yield from _into_own_folder(store)
    for store in list(stores(root)):
        with store.locked():
            store.load("")  # so that nothing damaged gets an entry
            yield from _named_by_content(store)
            store.sweep()
            yield from _with_history(store, reason)


def _into_own_folder(store: Store) -> Iterator[tuple[Path, Path]]:
    own = identity.own_folder(store.root, store.identity)
    if store.folder == own or own.exists():
        return
    own.parent.mkdir(parents=True, exist_ok=True)
    store.folder.rename(own)
    sync_folder(own.parent)
    with contextlib.suppress(OSError):  # other variants are left there
        store.folder.parent.rmdir()
    yield store.folder, own


def _named_by_content(store: Store) -> Iterator[tuple[Path, Path]]:
    quality = store.quality()
    for case, accepted in (quality.cases if quality else {}).items():
        path, named = store.golden(case, accepted), store.golden_name(case, accepted)
        if path != named and store.is_intact(case, accepted):
            path.rename(named)
            yield path, named
    if (store.folder / "golden").exists():
        sync_folder(store.folder / "golden")


def _with_history(store: Store, reason: str) -> Iterator[tuple[Path, Path]]:
    if history.unknown(store.folder, history.entries(store.folder)):
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        path = history.adopt(store.folder, at=now, reason=reason)
        yield path, path
