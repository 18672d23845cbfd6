"""The accepted runs of one machine as a trend: steps, and the distance from the anchor. It never gates."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from statistics import fmean

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline.store import accepted_at
from tts_baseline.core import units
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.registry import headlines, metrics
from tts_baseline.gate import load
from tts_baseline.gate.explain import surroundings
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen.machine_speed import UNADJUSTED, calibrate
from tts_baseline.gate.screen.requests import alike
from tts_baseline.gate.screen.sessions import WHOLE_RUN, adjusted, session_logs
from tts_baseline.gate.screen.times import ANCHOR_FACTOR
from tts_baseline.report.aggregate import suite_value
from tts_baseline.stats.change_points import FEWEST, ChangePoint, change_points

SMALLEST_STEP = 0.2  # chosen: of the limit; a smaller step is not worth a mark
OTHER_CASES = "other cases"
TAINTED = "tainted"
_RESET = 'tts-baseline accept RUN --reset-anchor --reason "..."'


class AcceptedRun(Struct, frozen=True, kw_only=True):
    """One accepted run. `value` is what the clock said; None where it ran other cases, or is tainted.

    `change` (against the run before) and `since_anchor` (against the anchor of its time) are fractions, with
    the machine's own drift taken out. `quality` holds medians over the cases, by metric.
    """

    run: str
    date: str
    commit: str | None
    dirty: bool
    epoch: int
    by: str
    reason: str
    value: float | None = None
    change: float | None = None
    since_anchor: float | None = None
    quality: dict[str, float | None]
    marks: tuple[str, ...] = ()


class Step(Struct, frozen=True, kw_only=True):
    """A new level: from which run on, after which, by which fraction; `accepted` if an epoch begins there."""

    run: str
    after: str
    change: float
    p: float
    accepted: bool
    around: tuple[str, ...]


class Advice(Struct, frozen=True, kw_only=True):
    """What the trend means for a person, and the commands that make sense now."""

    text: str
    commands: tuple[str, ...] = ()


class History(Struct, frozen=True, kw_only=True):
    """One gate's trend over the runs of one suite on one machine, oldest first.

    `adjusted` is the share of the reference computation's drift that was taken out of the changes.
    """

    pipeline: str
    variant: str
    machine: str
    suite: str
    gate: str
    unit: str
    limit: float
    cases: int
    adjusted: float
    rows: tuple[AcceptedRun, ...]
    steps: tuple[Step, ...]
    advice: tuple[Advice, ...]


def trace(
    runs: Sequence[Run], spec: MetricSpec, limit: Limit, tainted: Collection[str] = ()
) -> tuple[History, ...]:
    """One history for each suite that these accepted runs of a machine (oldest first) have values for.

    Of the `tainted` ones there are rows, and nothing is compared with them.
    """
    histories = []
    for suite in dict.fromkeys(run.suite for run in runs):
        measured = [run for run in runs if run.suite == suite and session_logs(spec, run)]
        counted = [run for run in measured if run.id not in tainted]
        if counted:
            every = [run for run in runs if run.id not in tainted]
            histories.append(_Trend(spec, limit, measured, counted, every).history())
    return tuple(histories)


class _Trend:
    """The runs that compare with the newest, over the cases that all of them have in the same words.

    Of `runs` those are `counted` that are not tainted; `every` has the anchors of other suites, too.
    """

    def __init__(
        self,
        spec: MetricSpec,
        limit: Limit,
        runs: Sequence[Run],
        counted: Sequence[Run],
        every: Sequence[Run],
    ) -> None:
        self.spec, self.limit, self.runs, self.newest = spec, limit, runs, counted[-1]
        self.counted = {run.id: run for run in counted}
        self.anchors = [run for run in every if run.acceptance and run.acceptance.anchor]
        if not self.anchors and len(counted) < len(runs):
            self.anchors = [counted[0]]
        known = {run.id: run for run in (*self.anchors, *counted)}
        self.plain = {id: session_logs(spec, run, alike(self.newest, run)) for id, run in known.items()}
        self.cases, self.compared = self._comparable()
        self.clock = calibrate(self.compared) if spec.timed else UNADJUSTED
        self.fair = {id: adjusted(spec, known[id], plain, self.clock) for id, plain in self.plain.items()}
        self.place = {run.id: index for index, run in enumerate(self.compared)}
        self.levels = [_mean(self.fair[run.id], self.cases) for run in self.compared]
        self.bound = limit.log_of(math.exp(_mean(self.plain[self.newest.id], self.cases)))
        points = change_points(self.levels, smallest=SMALLEST_STEP * self.bound)
        self.points = {point.index: point for point in points}

    def history(self) -> History:
        rows = tuple(self._row(number) for number in range(len(self.runs)))
        newest = rows[self.runs.index(self.newest)]
        steps = tuple(self._step(point) for point in self.points.values())
        return History(
            pipeline=self.newest.pipeline,
            variant=self.newest.variant,
            machine=self.newest.environment.key,
            suite=self.newest.suite,
            gate=self.spec.key,
            unit=self.spec.unit,
            limit=math.expm1(self.bound),
            cases=len(self.cases - {WHOLE_RUN}),
            adjusted=self.clock.share,
            rows=rows,
            steps=steps,
            advice=(*(self._look(step) for step in steps if not step.accepted), self._summary(newest)),
        )

    def _comparable(self) -> tuple[frozenset[str], list[Run]]:
        """The shared cases, and the runs that leave at least half of the newest run's cases in common."""
        cases = frozenset(self.plain[self.newest.id])
        least = len(cases) / 2
        compared = []
        for run in reversed(self.counted.values()):
            shared = cases & self.plain[run.id].keys()
            if len(shared) >= least:
                cases = shared
                compared.append(run)
        return cases, compared[::-1]

    def _row(self, number: int) -> AcceptedRun:
        run, accepted = self.runs[number], self.runs[number].acceptance
        marks = ["anchor"] if accepted and accepted.anchor else []
        if number and _epoch(run) != _epoch(self.runs[number - 1]):
            marks.append("new epoch")
        if load.is_busy(load.of(run)):
            marks.append("busy machine")
        row = AcceptedRun(
            run=run.id,
            date=run.created[:10],
            commit=run.commit,
            dirty=run.dirty,
            epoch=_epoch(run),
            by=accepted.author if accepted else "",
            reason=accepted.reason if accepted else "",
            quality=self._quality(run),
        )
        if run.id not in self.counted:
            return replace(row, marks=(TAINTED, *marks))
        if run.id not in self.place:
            return replace(row, marks=(OTHER_CASES, *marks))
        index = self.place[run.id]
        if index in self.points:
            marks.insert(0, f"step {_percent(self.points[index].change)}")
        since, allowed = self._since_anchor(run)
        if since is not None and since > allowed:
            marks.insert(0, "drift")
        return replace(
            row,
            value=math.exp(_mean(self.plain[run.id], self.cases)),
            change=math.expm1(self.levels[index] - self.levels[index - 1]) if index else None,
            since_anchor=None if since is None else math.expm1(since),
            marks=tuple(marks),
        )

    def _since_anchor(self, run: Run) -> tuple[float | None, float]:
        """How far a run is from the anchor of its time, and how far it may be (natural logs)."""
        anchor = self._anchor_of(run)
        both = self.cases & self.fair[anchor.id].keys() if anchor else frozenset()
        if anchor is None or not both:
            return None, math.inf
        allowed = ANCHOR_FACTOR * self.limit.log_of(math.exp(_mean(self.plain[anchor.id], both)))
        return _mean(self.fair[run.id], both) - _mean(self.fair[anchor.id], both), allowed

    def _anchor_of(self, run: Run) -> Run | None:
        before = [anchor for anchor in self.anchors if accepted_at(anchor) <= accepted_at(run)]
        return before[-1] if before else None

    def _quality(self, run: Run) -> dict[str, float | None]:
        asked = {case.id: case.request for case in self.newest.cases}
        same = {case.id for case in run.cases if asked.get(case.id) == case.request}
        heard = replace(run, readings=tuple(r for r in run.readings if r.case in same))
        return {name: suite_value(heard, metrics()[name].spec) for name in headlines()}

    def _step(self, point: ChangePoint) -> Step:
        run, before = self.compared[point.index], self.compared[point.index - 1]
        # A change point is known to within a run: an epoch that begins beside it is this step's.
        epochs = [_epoch(near) for near in self.compared[max(0, point.index - 2) : point.index + 2]]
        return Step(
            run=run.id,
            after=before.id,
            change=math.expm1(point.change),
            p=point.p,
            accepted=len(set(epochs)) > 1,
            around=surroundings(run, Baseline(runs=(before,))),
        )

    def _look(self, step: Step) -> Advice:
        """For a step that nobody accepted: where it is, what else changed there, what tells more."""
        before, run = (self.compared[self.place[id]] for id in (step.after, step.run))
        moved = "rose" if step.change > 0 else "fell"
        commit = f", commit {run.commit[:7]}" if run.commit else ""
        commit += " with uncommitted changes" if run.dirty else ""
        text = (
            f"{self.spec.key} {moved} by {abs(step.change):.1%} at run {run.id}{commit}, "
            "and nobody accepted that as a change."
        )
        if step.around:
            text += f" Changed around it: {', '.join(step.around)}."
        if not before.commit or not run.commit:
            return Advice(text=text)
        if before.commit == run.commit and not before.dirty and not run.dirty:
            text += " The run before it is of the same commit: its surroundings changed, not the code."
            return Advice(text=text, commands=("tts-baseline doctor",))
        against = _against(before.commit)
        if before.commit == run.commit:
            return Advice(text=text, commands=(against,))
        log = f"git log --oneline {before.commit[:7]}..{run.commit[:7]}"
        return Advice(text=text, commands=(log, against))

    def _summary(self, last: AcceptedRun) -> Advice:
        """Where the newest run stands: beyond twice the limit from its anchor, or how steady it was."""
        since, anchor = _signed(last.since_anchor), self._anchor_of(self.newest)
        if "drift" in last.marks and anchor is not None:
            _, allowed = self._since_anchor(self.newest)
            text = (
                f"{self.spec.key} is {since} from the anchor run {anchor.id}, more than twice the limit "
                f"({_percent(allowed)}): runs that are plainly so far fail as slow drift. Find what it is "
                "made of; if it is meant, accept a run as the new anchor."
            )
            against = [_against(anchor.commit)] if anchor.commit else []
            return Advice(text=text, commands=(*against, _RESET))
        count, points = len(self.compared), len(self.points)
        steps = f"{points or 'no'} {'step' if points == 1 else 'steps'} in {count} runs"
        if count < FEWEST:
            runs = "1 accepted run" if count == 1 else f"{count} accepted runs"
            steps = f"{runs}; a step can be told from noise from {FEWEST} on"
        moved = f"; the newest is {since} from its anchor" if last.since_anchor is not None else ""
        return Advice(text=f"{self.spec.key}: {steps}{moved}.")


def _mean(logs: dict[str, float], cases: frozenset[str]) -> float:
    return fmean(logs[case] for case in cases)


def _epoch(run: Run) -> int:
    return run.acceptance.epoch if run.acceptance else 0


def _against(commit: str) -> str:
    return f"tts-baseline compare --against {commit[:7]}"


def _percent(log_change: float) -> str:
    return _signed(math.expm1(log_change))


def _signed(change: float | None) -> str:
    return units.change(change, "1", relative=True)
