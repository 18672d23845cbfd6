"""Takes accepted runs whose audio was broken out of the speed baseline, and puts them back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from tts_baseline.baseline import pending
from tts_baseline.baseline.store import Store, stores
from tts_baseline.core import git
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Run
from tts_baseline.core.registry import nearest
from tts_baseline.core.settings import in_ci
from tts_baseline.core.taints import Taint
from tts_baseline.report.format import pages
from tts_baseline.session.outcome import reopen
from tts_baseline.session.project import Project
from tts_baseline.session.review import EVERY

_RANGE = ".."
_SHOWN = 5


class DecidedAnew(Struct, frozen=True, kw_only=True):
    """A pending run's verdict that is another one now."""

    run: str
    gate: str
    before: str
    now: str


class Tainting(Struct, frozen=True, kw_only=True):
    """What was changed: the runs, the files that say so, and the verdicts that are others since."""

    runs: tuple[str, ...]
    written: tuple[Path, ...]
    anew: tuple[DecidedAnew, ...]


def taint(project: Project, what: str, *, reason: str, pipeline: str = "", back: bool = False) -> Tainting:
    """Take the run `what`, or those of the commits REV..REV, out of the speed baseline; or put them `back`.

    Each variant's change is one entry of its history. Pending runs are judged anew, and their pages written
    anew. Raises BaselineError in CI, without a reason, and where no accepted run is meant; RevisionError for
    a revision that is none.
    """
    word = "untaint" if back else "taint"
    if in_ci(os.environ):
        raise BaselineError("baselines are not changed in CI", hint=f"tts-baseline review --{word} {what}")
    if not reason.strip():
        raise BaselineError(
            "tainting needs a reason", hint=f'tts-baseline review --{word} {what} --reason "..."'
        )
    wanted = pipeline or project.settings.pipeline
    with project.baselines_locked():
        every = [store for store in stores(project.baselines) if wanted in (EVERY, store.identity.pipeline)]
        meant = _meant(project, every, what)
        if not any(meant.values()):
            raise _nobody(project, every, what)
        before = _pending(project, meant)
        written = [_write(project, store, ids, reason=reason, back=back) for store, ids in meant.items()]
        anew = tuple(_anew(before, _pending(project, meant)))
    return Tainting(
        runs=tuple(sorted({id for ids in meant.values() for id in ids})),
        written=tuple(path for path in written if path),
        anew=anew,
    )


def _meant(project: Project, every: Iterable[Store], what: str) -> dict[Store, tuple[str, ...]]:
    """The ids of the accepted runs that are meant, by store; none of a store that has none."""
    commits: Collection[str | None] = ()
    if _RANGE in what:
        first, last = (git.resolve(project.root, each or "HEAD") for each in what.split(_RANGE, 1))
        commits = set(git.run(project.root, "rev-list", f"{first}..{last}").split())
    found = {
        store: tuple(run.id for run in _accepted(store) if run.id == what or run.commit in commits)
        for store in every
    }
    return {store: ids for store, ids in found.items() if ids}


def _accepted(store: Store) -> Iterator[Run]:
    for key in store.machines():
        yield from store.each_run(key)


def _write(project: Project, store: Store, ids: Collection[str], *, reason: str, back: bool) -> Path | None:
    """The file that was written; None where all is so already."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    said = Taint(reason=storable(reason), author=git.author(project.root), at=now)
    known = store.tainted()
    if back:
        left = {id: taint for id, taint in known.items() if id not in ids}
    else:
        left = dict(known) | {id: said for id in ids if id not in known}
    return None if left == known else store.taint(left, at=now, reason=storable(reason))


def _pending(project: Project, stores: Collection[Store]) -> dict[str, Outcome]:
    """The pending runs of these variants, judged by what is accepted now; none that cannot be used."""
    variants = {store.folder for store in stores}
    outcomes = {}
    for folder in pending.listing(project.report):
        with contextlib.suppress(BaselineError):
            if project.store_of(pending.load(folder)).folder in variants:
                outcomes[folder.name] = reopen(project, str(folder))
    return outcomes


def _anew(before: Mapping[str, Outcome], now: Mapping[str, Outcome]) -> Iterator[DecidedAnew]:
    """The suite verdicts that have changed; the pages of their runs are written anew."""
    for name, outcome in now.items():
        statuses = {v.gate: v.status for v in before[name].verdicts if v.case is None}
        changed = [
            DecidedAnew(run=name, gate=v.gate, before=statuses.get(v.gate, "no verdict"), now=v.status)
            for v in outcome.verdicts
            if v.case is None and statuses.get(v.gate) != v.status
        ]
        if outcome.verdicts != before[name].verdicts:
            for page, text in pages(outcome).items():
                pending.add(outcome.folder, page, text.encode())
        yield from changed


def _nobody(project: Project, every: Iterable[Store], what: str) -> BaselineError:
    known = [run.id for store in every for run in _accepted(store)]
    shown = ", ".join(known[-_SHOWN:]) or "none"
    named = "of these commits" if _RANGE in what else f"called {what!r}"
    return BaselineError(
        f"no accepted run is {named}{nearest(what, known)}",
        where=f"{project.baselines} has: {shown}",
        hint=f"tts-baseline review --pipeline {EVERY}",
    )
