"""A base revision in a git worktree, which is always removed: after kill -9, by the next comparison."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import filelock
import psutil
from msgspec import Struct

from tts_baseline.core import git
from tts_baseline.core.errors import RevisionError
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.revision.shared_files import Shared, share

_TREE, _LOCK, _INDEX = "base", "lock", "index"
_SUBMODULE = "160000 "
_GIT_S = 60.0  # chosen: for a git whose parent was killed to end; it writes a large tree in half of that

FilesAt = Callable[[Path], Collection[str]]


class Checkout(Struct, frozen=True, kw_only=True):
    """A revision checked out beside the project.

    `root` is the project's folder in the worktree, `commit` the full hash, `shared` the files that both read.
    """

    root: Path
    commit: str
    shared: tuple[Shared, ...]


@contextlib.contextmanager
def checkout(root: Path, revision: str, *, files: FilesAt, say: Callable[[str], None]) -> Iterator[Checkout]:
    """A block with the project at `root` as it was at `revision`; the checkout is removed at its end.

    The user's tree, index and branches do not change. `files`, called with the project's folder in the
    checkout, returns the strings of the pipeline's settings; whatever they name and git does not track is
    linked from the project. Submodules get the commits that the revision names. In the block, SIGTERM raises
    KeyboardInterrupt. Raises RevisionError if the revision cannot be found or checked out.
    """
    project = git.place(root)
    commit = git.resolve(root, revision)
    _let_git_end()
    _remove_leftovers(project.top, say)
    _remove_unregistered()
    stack = contextlib.ExitStack()
    with terminable():
        try:
            with _uninterrupted():
                tree = _add(project.top, commit, stack)
            yield _fill(project, tree, commit, files, say)
        finally:
            with _uninterrupted():
                stack.close()


def _add(top: Path, commit: str, stack: contextlib.ExitStack) -> Path:
    """A new worktree in its own folder, with a lock that this process holds as long as it lives."""
    try:
        name = tempfile.TemporaryDirectory(prefix=f"{_prefix()}{os.getpid()}-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(name)).resolve()
        lock = stack.enter_context(_held(folder / _LOCK))
        stack.callback(_remove, top, folder / _TREE)
        words = ("worktree", "add", "--detach", "--quiet", str(folder / _TREE), commit)
        git.run(top, *words, holding=[lock])
    except (OSError, RevisionError) as error:
        raise RevisionError(
            f"{commit[:12]} cannot be checked out: {error}",
            where=tempfile.gettempdir(),
            hint="free some disk, or set TMPDIR to a folder on another; then: git worktree list",
        ) from error
    return folder / _TREE


def _fill(
    project: git.Place, tree: Path, commit: str, files: FilesAt, say: Callable[[str], None]
) -> Checkout:
    """The checkout, with submodules and shared files added."""
    root = tree / project.root.relative_to(project.top)
    if not root.is_dir():
        raise RevisionError(
            f"the project's folder does not exist at {commit[:12]}",
            where=str(project.root),
            hint=f"choose a revision from: git log --oneline -- {project.root}",
        )
    _export_submodules(project.top, tree, commit, tree.with_name(_INDEX), say)
    try:
        shared = share(project, tree, files(root), say)
    except OSError as error:
        raise RevisionError(f"a file of the settings cannot be shared with the base: {error}") from error
    for file in shared:
        known = ", though git holds another one for the base" if file.differs else ""
        say(f"both revisions read the same {file.path} (SHA-256 {file.sha256[:12]}){known}")
    return Checkout(root=root, commit=commit, shared=shared)


def _export_submodules(head: Path, tree: Path, commit: str, index: Path, say: Callable[[str], None]) -> None:
    """Write each submodule's files at the commit that `commit` names, using an index beside the worktree."""
    for entry in git.run(head, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
        if not entry.startswith(_SUBMODULE):
            continue
        kind, path = entry.split("\t", 1)
        named, source = kind.split()[-1], head / path
        if not (source / ".git").exists():
            say(f"the submodule {path} is not checked out here: the base goes without it")
            continue
        try:
            git.run(source, "read-tree", named, index=index)
            git.run(source, "checkout-index", "--all", f"--prefix={tree / path}/", index=index)
        except RevisionError as error:
            raise RevisionError(
                f"the submodule {path} cannot be checked out at {named[:12]}: {error.what}",
                where=str(source),
                hint=f"git -C {source} fetch origin {named}",
            ) from error
        _export_submodules(source, tree / path, named, index, say)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[int]:
    """The descriptor of a new lock, which is held as long as a process has it open."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _let_git_end() -> None:
    """Wait for git where the comparison that started it was killed: it may still write what is removed."""
    for folder in _abandoned():
        with contextlib.suppress(filelock.Timeout, OSError), filelock.FileLock(folder / _LOCK, _GIT_S):
            pass


def _remove_leftovers(top: Path, say: Callable[[str], None]) -> None:
    """Remove this user's worktrees on this machine whose process is gone, so that their lock is free."""
    for line in git.run(top, "worktree", "list", "--porcelain").splitlines():
        tree = Path(line.removeprefix("worktree "))
        if not (
            line.startswith("worktree ") and tree.name == _TREE and tree.parent.name.startswith(_prefix())
        ):
            continue
        lock = filelock.FileLock(tree.with_name(_LOCK))
        with contextlib.suppress(filelock.Timeout), contextlib.ExitStack() as held:
            if tree.parent.is_dir():
                held.enter_context(lock.acquire(timeout=0))
            _remove(top, tree)
            shutil.rmtree(tree.parent, ignore_errors=True)
            say(f"removed the worktree that an earlier comparison left: {tree}")


def _remove_unregistered() -> None:
    """Remove the folders in which no worktree was made before their process was killed."""
    for folder in _abandoned():
        if not (folder / _TREE).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _abandoned() -> Iterator[Path]:
    """The folders of comparisons whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*-*"):
        maker = folder.name.removeprefix(_prefix()).partition("-")[0]
        if maker.isdecimal() and not psutil.pid_exists(int(maker)):
            yield folder


def _remove(top: Path, tree: Path) -> None:
    """Remove a worktree in any state, without following the links in it."""
    shutil.rmtree(tree, ignore_errors=True)
    with contextlib.suppress(RevisionError):
        git.run(top, "worktree", "remove", "--force", "--force", str(tree))


def _prefix() -> str:
    """The prefix of this user's worktree folders on this machine: locks of other machines look free here."""
    return f"tts-baseline-{os.getuid()}-{platform.node()}-"


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """A block at whose end SIGINT and SIGTERM act, because a half-made worktree could not be removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {
        number: signal.signal(number, lambda received, _: waiting.append(received)) for number in signals
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])
