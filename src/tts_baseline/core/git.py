"""Asks git: what is checked out, which commit a revision names, and where its work tree is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tts_baseline.core.errors import RevisionError
from tts_baseline.core.outside import storable
from tts_baseline.core.redaction import redacted
from tts_baseline.core.registry import nearest

_TIMEOUT_S = 600.0  # chosen: a git that hangs must end, and a large checkout on a slow disk must not
_HASH = re.compile("[0-9a-f]{40,64}")
_SHORT = (
    12  # chosen: digits of a hash that name one commit in the largest repositories, as git's own setting does
)
_POINTERS = frozenset(
    ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
)
_QUIET = {"GIT_LFS_SKIP_SMUDGE": "1", "GIT_TERMINAL_PROMPT": "0"}


class Place(Struct, frozen=True, kw_only=True):
    """Where a project lies: its folder, the top of its work tree, and the repository's own store."""

    root: Path
    top: Path
    store: Path


def run(folder: Path, *words: str, index: Path | None = None, holding: Sequence[int] = ()) -> str:
    """What `git <words>` prints in `folder`; no hook runs, LFS downloads nothing, git never prompts.

    `index` replaces the repository's index file; `holding` are descriptors, such as a lock's, that git keeps
    open as long as it runs. Raises RevisionError with git's own message.
    """
    # Inside a git hook these variables point at the hook's repository, not at the one in `folder`.
    environment = {name: value for name, value in os.environ.items() if name not in _POINTERS} | _QUIET
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    options = ["-C", str(folder), "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"]
    try:
        done = subprocess.run(
            ["git", *options, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_TIMEOUT_S,
            pass_fds=holding,
            start_new_session=True,  # so that Ctrl-C does not interrupt git half-way
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RevisionError(f"git {words[0]} took more than {_TIMEOUT_S:.0f} s", where=str(folder)) from None
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error}", hint="install git, then: git --version") from error
    except ValueError as error:
        raise RevisionError(f"git {words[0]}: {error}", where=str(folder)) from error
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise RevisionError(redacted(f"git {words[0]}: {reason}", ()), where=str(folder))
    return done.stdout.removesuffix("\n")


def commit(root: Path) -> tuple[str | None, bool]:
    """The commit checked out at `root` (None outside git) and whether tracked files differ from it."""
    head = _answer(root, "rev-parse", "HEAD")
    return head or None, bool(head and _answer(root, "status", "--porcelain", "--untracked-files=no"))


def trouble(root: Path) -> RevisionError | None:
    """Why git says nothing about the repository around `root`; None if it answers, or there is none."""
    root = root.resolve()
    repository = next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), None)
    if repository is None:
        return None
    folder = shlex.quote(str(repository))
    try:
        run(root, "rev-parse", "--git-dir")
    except RevisionError as error:
        what, hint = error.what, error.hint or f"git -C {folder} status"
        if _answer(root, "-c", "safe.directory=*", "rev-parse", "--git-dir"):
            what = "git refuses the repository, because it belongs to another user"
            hint = f"git config --global --add safe.directory {folder}"
        return RevisionError(what, where=str(repository), hint=hint)
    return None


def short(revision: str) -> str:
    """A revision as people read it: a full hash is cut, a name stays."""
    return revision[:_SHORT] if _HASH.fullmatch(revision) else revision


def author(root: Path) -> str:
    """The name that git would sign a commit at `root` with, else the login name."""
    return storable(_answer(root, "config", "user.name") or os.environ.get("USER") or "unknown")


def tracked(root: Path, files: Sequence[str]) -> tuple[str, ...]:
    """The files that git tracks, out of those given, relative to `root`; none outside a work tree."""
    listing = _answer(root, "ls-files", "-z", "--", *files) if files else ""
    return tuple(str(root / name) for name in listing.split("\0") if name)


def holds(root: Path, files: Sequence[str]) -> bool:
    """True if git tracks all these files in the work tree around `root`."""
    paths = {str(Path(file).resolve()) for file in files}
    try:
        top = place(root).top
    except RevisionError:
        return False
    return {str(Path(file).resolve()) for file in tracked(top, sorted(paths))} == paths


def place(root: Path) -> Place:
    """Where the project at `root` lies. Raises RevisionError outside a git work tree."""
    root = root.resolve()
    try:
        top = run(root, "rev-parse", "--show-toplevel")
        store = run(root, "rev-parse", "--git-common-dir")
    except RevisionError as error:
        if known := trouble(root):
            raise known from error
        bare = _answer(root, "rev-parse", "--is-bare-repository") == "true"
        hint = f"git clone {root}" if bare else "run this in a clone of the project's git repository"
        raise RevisionError(
            f"the project is not in a git work tree: {error.what}", where=str(root), hint=error.hint or hint
        ) from error
    return Place(root=root, top=Path(top).resolve(), store=(root / store).resolve())


def resolve(root: Path, revision: str) -> str:
    """The full hash of the commit that `revision` names in the repository around `root`.

    Raises RevisionError if git is missing, outside a work tree, and if `revision` names no commit; it then
    has the nearest branch or tag, or in a shallow clone the command that fetches it.
    """
    root = place(root).root
    try:
        named = run(root, "rev-parse", "--verify", f"{revision}^{{commit}}")
        if revision and _HASH.fullmatch(named):  # '^main' is read as a negation
            return named
        reason = "not one revision"
    except RevisionError as error:
        reason = error.what
    if kind := _answer(root, "cat-file", "-t", revision):
        what, hint = f"{revision!r} names a {kind}, not a commit", "git log --oneline"
    elif _answer(root, "rev-parse", "--is-shallow-repository") == "true":
        what = f"no revision {revision!r} in this shallow clone: {reason}"
        hint = (
            f"git fetch --depth=1 origin {revision}" if _HASH.fullmatch(revision) else "git fetch --unshallow"
        )
    else:
        refs = ("refs/heads", "refs/tags", "refs/remotes")
        known = _answer(root, "for-each-ref", "--format=%(refname:short)", *refs).splitlines()
        what = f"no revision {revision!r}{nearest(revision, known)}: {reason}"
        hint = "git branch --all; git tag; or get what is new: git fetch --all --tags"
    raise RevisionError(what, where=str(root), hint=hint)


def _answer(folder: Path, *words: str) -> str:
    """What git prints, or an empty string if it fails."""
    try:
        return run(folder, *words)
    except RevisionError:
        return ""
