"""Files for what is too long for a message: tracebacks, and what a worker printed before it died."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from tts_baseline.core.outside import line, terminal

FOLDER = "logs"  # in the folder of runs
_MOST = 2**20  # chosen: a dozen failures with their tracebacks; the ones after them are alike
_KEPT = 20  # chosen: files; a run has one a worker that fails


class Log:
    """The log of one worker, a file that is made when there is something to keep; '' as its folder: never.

    A terminal or a CI log may show it: nothing in it does anything but be read.
    """

    def __init__(self, folder: str, root: str) -> None:
        self._folder, self._root = folder, root
        self._path: Path | None = None

    def keep(self, title: str, text: str) -> str:
        """The file that now ends with this, relative to the project; '' where it cannot be written."""
        if not (self._folder and text.strip()):
            return ""
        try:
            path = self._path = self._path or _new(Path(self._folder))
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                if file.tell() < _MOST:
                    file.write(terminal(f"--- {line(title)}\n{text.rstrip()}\n\n"))
        except OSError:
            return ""
        inside = path.is_relative_to(self._root)
        return str(path.relative_to(self._root) if inside else path)


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.log"))[: 1 - _KEPT]:
        old.unlink(missing_ok=True)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(8)}.log"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    return path
