"""Certifies a machine: judge sessions of the pipeline against itself, some of them slowed down on purpose.

The slowdown is executed in every timed call of the head, so that the truth of each session is known.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from tts_baseline.core import git
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.core.errors import NothingMeasured, SettingsError, TtsBaselineError
from tts_baseline.core.judgement import Against
from tts_baseline.core.units import change, seconds
from tts_baseline.gate import certificate as rules
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import Arm
from tts_baseline.session import places
from tts_baseline.session.judge.bench import Bench
from tts_baseline.session.judge.restarts import judge
from tts_baseline.session.measurement.pilot import look_ahead
from tts_baseline.session.measurement.progress import Progress, silent
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.project import Project
from tts_baseline.stats.sequential import LOOKS

LEVELS = (0.02, 0.05, 0.07, 0.10)
SESSIONS = 10
_HELP = "tts-baseline certify --help"


class Plan(Struct, frozen=True, kw_only=True):
    """How many sessions at each level: unchanged, and slower by each of `levels` (shares).

    `go_on` counts what this machine's certificate holds already; `budget` is in seconds.
    """

    sessions: int = SESSIONS
    levels: tuple[float, ...] = LEVELS
    budget: float = math.inf
    go_on: bool = False

    @property
    def kinds(self) -> tuple[float, ...]:
        """What the head is slower by: first nothing (A/A), then the levels."""
        return (0.0, *sorted(self.levels))

    def left(self, done: Sequence[Trial]) -> list[float]:
        """The sessions that are still to be made, level by level in turn.

        In turn, so that a mood of the machine does not hit one level alone.
        """
        had = {kind: sum(trial.slower == kind for trial in done) for kind in self.kinds}
        return [kind for turn in range(self.sessions) for kind in self.kinds if had[kind] <= turn]


class Certified(Struct, frozen=True, kw_only=True):
    """A certificate and its file; `stopped` says why it rests on fewer sessions than planned."""

    certificate: Certificate
    path: Path
    stopped: str = ""
    is_interrupted: bool = False


def certify(project: Project, plan: Plan, progress: Progress) -> Certified:
    """Measure what the judge can tell on this machine, and keep it beside the machine's baseline.

    Ctrl-C, SIGTERM, a used-up budget and a pipeline that fails end it early: what is finished by then is
    kept, if it supports a statement and no earlier certificate rests on more. Raises SettingsError for a plan
    that cannot be carried out, PipelineError where the pipeline fails, and NothingMeasured or
    KeyboardInterrupt where nothing could be kept.
    """
    _check(plan)
    places.check(places.of_certificate(project))
    with terminable():
        with measuring(progress.say):
            bench = _against_itself(project)
        work = _Work(project, plan, bench, progress)
        work.announce()
        stopped: KeyboardInterrupt | TtsBaselineError | None = None
        try:
            work.measure()
        except (KeyboardInterrupt, TtsBaselineError) as error:
            stopped = error
        return work.concluded(stopped)


class _Work:
    """One certification under way: the trials that there are, and the slowdowns that are left to be tried."""

    def __init__(self, project: Project, plan: Plan, bench: Bench, progress: Progress) -> None:
        self._project, self._plan, self._bench, self._progress = project, plan, bench, progress
        self._store = project.store(project.variant(bench.pilot.device))
        self._here = project.environment(bench.pilot.device)
        self._earlier = self._store.certificate(self._here.key)
        self._cases = project.chosen
        self._trials = self._kept()
        self._left = plan.left(self._trials)

    def announce(self) -> None:
        """Say what is going to be done, and for how long; SettingsError where that cannot be."""
        plan, restart_s = self._plan, self._bench.restart_s
        if not self._left:
            raise SettingsError(
                f"this machine's certificate has {plan.sessions} sessions at each level already",
                hint=f"tts-baseline certify --continue --sessions {2 * plan.sessions}",
            )
        first, last = (len(self._left) * count * restart_s for count in (LOOKS[0], LOOKS[-1]))
        needed = max(1, len(replace(plan, sessions=rules.MIN_SESSIONS).left(self._trials)))
        if (least := needed * LOOKS[-1] * restart_s) > plan.budget:
            raise SettingsError(
                f"a budget of {seconds(plan.budget)} is too small: a statement needs {needed} sessions, "
                f"which may take {seconds(least)}",
                hint="raise --budget, or choose fewer --levels, --cases or --tags",
            )
        levels = ", ".join(_named(kind) for kind in plan.kinds)
        self._progress.say(
            f"certifying with {len(self._left)} sessions of the judge, {len(self._cases)} cases each "
            f"({levels}; in turn): {seconds(first)} to {seconds(last)}"
        )
        self._progress.say("leave the machine and the code alone meanwhile; Ctrl-C keeps what is finished")

    def measure(self) -> None:
        """Every session that is left, or as many as the budget allows."""
        begun, planned, restarts = time.monotonic(), len(self._left), 0
        spent, restart_s = 0.0, self._bench.restart_s
        while self._left and spent + LOOKS[-1] * restart_s <= self._plan.budget:
            trial = self._session(self._left[0])
            self._trials.append(trial)
            slower = self._left.pop(0)
            restarts += trial.restarts
            spent = time.monotonic() - begun
            restart_s = spent / restarts
            done = planned - len(self._left)
            left_s = spent / done * len(self._left)
            self._progress.milestone(
                f"session {done} of {planned}, {_named(slower)}: {trial.outcome} after {trial.restarts} "
                f"restarts and {seconds(trial.seconds)}"
                + (f"; about {seconds(left_s)} left" if left_s else "")
            )

    def concluded(self, stopped: KeyboardInterrupt | TtsBaselineError | None) -> Certified:
        """The certificate of what is finished, written; raises `stopped` where that cannot be."""
        why = self._why(stopped)
        unfit = self._unfit() if why else ""
        if unfit:
            self._progress.say(f"nothing is written: {unfit}")
            raise stopped or NothingMeasured(f"{why}; {unfit}", hint="raise --budget")
        certificate = self._certificate()
        (path,) = self._store.write(certificate=certificate)
        if isinstance(stopped, TtsBaselineError):
            self._progress.say(f"{len(self._trials)} sessions are kept: {path}")
            raise stopped
        return Certified(certificate=certificate, path=path, stopped=why, is_interrupted=stopped is not None)

    def _session(self, slower: float) -> Trial:
        with measuring(self._progress.say):
            pass  # says so where another run measures: the judge is told to be silent
        bench = replace(self._bench, slow=slower)
        gates = (rules.GATE,)
        judgement, verdicts = judge(self._project, bench, self._cases, silent(), gates=gates, asked=False)
        for failure in judgement.lost:
            self._progress.milestone(f"left out from now on: {failure.message}")
        self._cases = judgement.cases
        return rules.trial(judgement, verdicts, slower)

    def _why(self, stopped: KeyboardInterrupt | TtsBaselineError | None) -> str:
        if isinstance(stopped, TtsBaselineError):
            return stopped.what
        done = f"after {len(self._trials)} of {len(self._trials) + len(self._left)} sessions"
        if stopped is not None:
            return f"interrupted {done}"
        return f"the budget of {seconds(self._plan.budget)} was used up {done}" if self._left else ""

    def _unfit(self) -> str:
        """Why what is finished by now is not written; empty where it is."""
        if not rules.supports(self._trials, self._plan.kinds):
            return f"a statement needs {rules.MIN_SESSIONS} sessions at each level"
        unchanged = sum(not trial.slower for trial in self._trials)
        if self._earlier is not None and self._earlier.unchanged.sessions > unchanged:
            return (
                f"the certificate of {self._earlier.created[:10]} rests on more "
                f"({self._earlier.unchanged.sessions} unchanged sessions, not {unchanged})"
            )
        return ""

    def _kept(self) -> list[Trial]:
        """The trials of the earlier certificate, where this one goes on with it."""
        if not self._plan.go_on or self._earlier is None:
            return []
        cases = tuple(case.id for case in self._cases)
        other = rules.obstacle(
            self._earlier, self._project.suite, cases, self._project.limits[rules.GATE], self._here
        )
        if other:
            raise SettingsError(
                f"the certificate of {self._earlier.created[:10]} cannot be continued: {other}",
                hint="tts-baseline certify   (without --continue: it starts anew)",
            )
        return list(self._earlier.trials)

    def _certificate(self) -> Certificate:
        commit, dirty = git.commit(self._project.root)
        findings = rules.findings(self._trials, self._project.limits[rules.GATE])
        return Certificate(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            pipeline=self._project.settings.pipeline,
            variant=self._project.variant(self._bench.pilot.device),
            suite=self._project.suite,
            cases=tuple(case.id for case in self._cases),
            commit=commit,
            dirty=dirty,
            environment=self._here,
            trials=tuple(self._trials),
            **asdict(findings),
        )


def _against_itself(project: Project) -> Bench:
    """The working tree in both arms."""
    return Bench(
        base=Arm(name="base", spec=project.worker),
        head=Arm(name="head", spec=project.worker),
        against=Against(name="itself", commit=git.commit(project.root)[0], code=False, changed=()),
        pilot=look_ahead(project, project.chosen),
    )


def _check(plan: Plan) -> None:
    if plan.sessions < rules.MIN_SESSIONS:
        raise SettingsError(
            f"--sessions must be at least {rules.MIN_SESSIONS}, not {plan.sessions}", hint=_HELP
        )
    levels = plan.levels
    if not levels or len(set(levels)) < len(levels) or not all(0 < level <= 1 for level in levels):
        raise SettingsError(
            "--levels takes one or more different slowdowns, each more than 0 and at most 100 per cent",
            hint=_HELP,
        )


def _named(slower: float) -> str:
    return f"head {change(slower, 's', relative=True)}" if slower else "unchanged"
