"""Shows the progress of a measurement: a live line on a terminal, elsewhere one line a restart."""

from __future__ import annotations

import time
from collections.abc import Callable

from tts_baseline.core.units import seconds

_REFRESH_S = 0.2  # chosen: five times a second looks live and costs nothing


class Progress:
    """Writes through `write`, which adds no newline; if `live`, a line may be overwritten."""

    def __init__(self, write: Callable[[str], None], *, live: bool) -> None:
        self._write, self._live = write, live
        self._done = self._total = 0
        self._begun = self._shown = 0.0

    def say(self, text: str) -> None:
        """Show one line."""
        self._write(f"tts-baseline: {text}\n")

    def start(self, total: int) -> None:
        """Start counting towards `total` calls."""
        self._done, self._total, self._begun = 0, total, time.monotonic()

    def call(self) -> None:
        """Count one call that is done."""
        self._done += 1
        now = time.monotonic()
        if self._live and now - self._shown >= _REFRESH_S:
            self._shown = now
            self._write(f"\r{self._line(now)}\033[K")

    def milestone(self, text: str) -> None:
        """Show a line that stays, at the end of a part."""
        end = "\033[K\n" if self._live else "\n"
        start = "\r" if self._live else ""
        self._write(f"{start}tts-baseline: {text}{end}")

    def _line(self, now: float) -> str:
        share = min(self._done / self._total, 1.0) if self._total else 1.0
        left = (now - self._begun) / share * (1 - share) if share else 0.0
        bar = "#" * round(30 * share)
        return f"tts-baseline: [{bar:<30}] {share:4.0%}  about {seconds(left)} left"


def silent() -> Progress:
    """A progress that shows nothing."""
    return Progress(lambda _: None, live=False)
