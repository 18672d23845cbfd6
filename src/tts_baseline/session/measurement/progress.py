"""Shows the progress of a measurement: a live line on a terminal, elsewhere one line a restart."""

from __future__ import annotations

import time
from collections.abc import Callable

from tts_baseline.core.outside import ci_log, line

_REFRESH_S = 0.2  # chosen: it is seen to move, and drawing (2 ms, between two calls) takes 1 % of the time
_BAR = 30


class Progress:
    """Writes through `write`, which adds no newline; if `live`, a line may be overwritten."""

    def __init__(self, write: Callable[[str], None], *, live: bool) -> None:
        self._write, self._live = write, live
        self._line: _Line | None = None

    def say(self, text: str) -> None:
        """Show one line."""
        self._write(f"tts-baseline: {ci_log(line(text))}\n")

    def start(self, total: int) -> None:
        """Start counting towards `total` calls."""
        if self._live:
            self._line = _Line(total)

    def call(self) -> None:
        """Count one call that is done."""
        if self._line is not None and (text := self._line.advanced()):
            self._write(f"\r{text}\033[K")

    def milestone(self, text: str) -> None:
        """Show a line that stays, at the end of a part."""
        end = "\033[K\n" if self._live else "\n"
        start = "\r" if self._live else ""
        self._write(f"{start}tts-baseline: {ci_log(line(text))}{end}")


class _Line:
    """The line that rewrites itself, drawn by rich: a bar, the share that is done, the time that is left."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._console = Console(color_system=None, force_terminal=True, width=80)
        columns = ("tts-baseline:", BarColumn(_BAR), TaskProgressColumn(), TimeRemainingColumn(), "left")
        self._bars = Bars(*columns, console=self._console, auto_refresh=False)
        self._task = self._bars.add_task("", total=total)
        self._shown = 0.0

    def advanced(self) -> str:
        """The line after one more call; empty where it was drawn just now."""
        self._bars.advance(self._task)
        now = time.monotonic()
        if now - self._shown < _REFRESH_S:
            return ""
        self._shown = now
        with self._console.capture() as drawn:
            self._console.print(self._bars.get_renderable(), end="")
        return drawn.get().strip()


def silent() -> Progress:
    """A progress that shows nothing."""
    return Progress(lambda _: None, live=False)
