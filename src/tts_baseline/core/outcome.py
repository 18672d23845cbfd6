"""The outcome of a run: what was measured and what was decided."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tts_baseline.core.hearing import Audible
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Verdict, Verdicts


class Outcome(Struct, frozen=True, kw_only=True):
    """A run in its folder, the baseline it was compared with, and what was decided.

    `judgement` is None if the judge was not called. `recorded` are the baseline files that were written
    because there were none. `notes` are about the comparison itself, a line each. `sound` says in a line what
    is certified of the gate of sound; empty where nothing is. `heard` are the cases whose sound is not fine,
    the worst first, as far as anybody listened.
    """

    run: Run
    folder: Path
    baseline: Baseline
    decided: Verdicts
    judgement: Judgement | None = None
    recorded: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    sound: str = ""
    heard: dict[str, Audible] = {}

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of screen and judge combined."""
        return self.decided.combined

    @property
    def pair(self) -> tuple[Verdict, ...]:
        """The judge's own verdicts; empty if it was not called."""
        return self.decided.pair
