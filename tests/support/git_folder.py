"""A project in a git repository of its own, driven by the real command line."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import psutil

from tts_baseline.cli import main
from tts_baseline.session.judge import bench, profile

SCRIPT = Path(sys.executable).with_name("tts-baseline")


class Answer(NamedTuple):
    status: int
    out: str
    err: str


class Folder(NamedTuple):
    root: Path

    def git(self, *words: str) -> str:
        options = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", str(self.root), *options, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """The hash of a commit of all there is."""
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def call(self, *words: str, **variables: str) -> Answer:
        """A command in this process, which spares its start; its workers are processes all the same.

        Restarts and profiles are short: a change of these tests is severalfold, and no function near another.
        """
        out, err = io.StringIO(), io.StringIO()
        variables = {"COLUMNS": "200", "CI": "", **variables}
        brief = (
            patch.object(bench, "RESTART_S", min(bench.RESTART_S, 0.5)),
            patch.object(profile, "SECONDS", 0.4),
        )
        with brief[0], brief[1], patch.dict(os.environ, variables), contextlib.chdir(self.root):
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main(words)
        return Answer(status, out.getvalue(), err.getvalue())

    def is_tidy(self) -> bool:
        """Nothing is left of a base revision: no worktree, no folder of one, no worker."""
        if self.git("worktree", "list").count("\n"):
            return False
        mine = [p for p in Path(tempfile.gettempdir()).glob("tts-baseline-*/base/.git")
                if str(self.root) in p.read_text()]  # fmt: skip
        return not mine and not workers(self.root)


def new(root: Path, project: str, suite: str, *ignored: str) -> Folder:
    """A folder under git with a project's settings and suite, nothing committed."""
    (root / "pyproject.toml").write_text(project)
    (root / "cases.toml").write_text(suite, encoding="utf-8")
    (root / ".gitignore").write_text("\n".join([".tts-baseline", "__pycache__", *ignored, ""]))
    folder = Folder(root)
    folder.git("init", "--quiet", "-b", "main")
    return folder


def workers(root: Path) -> list[psutil.Process]:
    processes = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = " ".join(process.info["cmdline"] or [])
        if "tts_baseline.measure.worker" in words and str(process.info["cwd"]).startswith(str(root)):
            processes.append(process)
    return processes
