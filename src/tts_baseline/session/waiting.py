"""The pending runs together: which there are, and accepting several of them, all or none."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline import pending
from tts_baseline.core.errors import BaselineError
from tts_baseline.session import places
from tts_baseline.session.accept import accept_run, cautions
from tts_baseline.session.project import Project


class Waiting(Struct, frozen=True, kw_only=True):
    """A pending run in one line; `problem` says why it cannot be used, and then nothing else is known."""

    id: str
    created: str = ""
    pipeline: str = ""
    variant: str = ""
    suite: str = ""
    cases: int = 0
    accepted: bool = False
    problem: str = ""


def waiting(project: Project) -> tuple[Waiting, ...]:
    """Every pending run, newest first."""
    return tuple(_waiting(project, folder) for folder in reversed(pending.listing(project.report)))


def accept_all(
    project: Project,
    names: Sequence[str],
    *,
    reason: str,
    reset_anchor: bool = False,
    strict: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """The files that promoting these pending runs wrote, in this order; `say` is told what is doubtful.

    Raises BaselineError as `accept_run` does; then none of them is accepted.
    """
    places.check(places.of_certificate(project))
    accept = functools.partial(accept_run, reason=reason, reset_anchor=reset_anchor, strict=strict)
    pending.sweep(project.report)
    with project.baselines_locked():
        if len(names) > 1:
            with _copied(project) as trial:
                for name in names:
                    try:
                        accept(trial, name)
                    except BaselineError as error:
                        what = f"{error.what}: none of the {len(names)} runs is accepted"
                        raise BaselineError(what, where=error.where, hint=error.hint) from error
        done = [accept(project, name) for name in names]
    for outcome, written in done:
        for caution in cautions(outcome) if written else ():
            say(f"{outcome.run.id}: {caution}")
    return tuple(path for _, written in done for path in written)


def _waiting(project: Project, folder: Path) -> Waiting:
    try:
        run = pending.load(folder)
        accepted = project.store_of(run).has(run)
    except BaselineError as error:
        return Waiting(id=folder.name, problem=error.what)
    return Waiting(
        id=run.id,
        created=run.created,
        pipeline=run.pipeline,
        variant=run.variant,
        suite=run.suite,
        cases=len(run.cases),
        accepted=accepted,
    )


@contextlib.contextmanager
def _copied(project: Project) -> Iterator[Project]:
    """The project with a copy of its baselines, to try on; their files are replaced, never changed."""
    baselines = project.baselines
    with pending.scratch(project.report, "trial") as folder:
        copy = folder / "baselines"
        if baselines.exists():
            shutil.copytree(baselines, copy, copy_function=_link)
        yield replace(project, settings=replace(project.settings, dir=str(copy)))


def _link(file: str, copy: str) -> None:
    try:
        Path(copy).hardlink_to(file)
    except OSError:  # on another disk
        shutil.copy2(file, copy)
