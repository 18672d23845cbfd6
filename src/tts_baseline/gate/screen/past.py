"""The accepted runs that the times of a run are compared with."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.records import Baseline, Run
from tts_baseline.gate.screen.machine_speed import UNADJUSTED, Adjustment, calibrate
from tts_baseline.gate.screen.requests import Alike, alike


class Past(Struct, frozen=True):
    """What the times of a run are compared with, and how: the same for all metrics.

    `runs` are the accepted ones that measured its suite; they and the anchor stand with what they ask as it
    does.
    """

    runs: tuple[tuple[Run, Alike], ...]
    anchor: tuple[Run, Alike] | None
    machines: int
    adjustment: Adjustment

    @classmethod
    def of(cls, run: Run, baseline: Baseline) -> Past:
        """What the baseline has to compare this run with."""
        runs = [past for past in baseline.runs if past.suite == run.suite]
        anchor = baseline.anchor
        return cls(
            runs=tuple((past, alike(run, past)) for past in runs),
            anchor=(anchor, alike(run, anchor)) if anchor else None,
            machines=len(baseline.other_machines),
            adjustment=calibrate((run, *runs)) if runs else UNADJUSTED,
        )

    def under_load(self, run: Run) -> Past:
        """What a run under load is compared with: runs of the same cases, put under load in the same way."""
        runs = tuple(each for each in self.runs if _is_alike_under_load(run, *each))
        anchor = self.anchor if self.anchor and _is_alike_under_load(run, *self.anchor) else None
        return replace(self, runs=runs, anchor=anchor)


def _is_alike_under_load(run: Run, past: Run, like: Alike) -> bool:
    now, then = run.traffic, past.traffic
    if now is None or then is None:
        return False
    same = {case.id for case in run.cases} == {case.id for case in past.cases} == like.cases
    return same and (now.way, now.workers, now.wait_s) == (then.way, then.workers, then.wait_s)
