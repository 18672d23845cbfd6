"""The judge: two arms side by side, restart by restart, until every verdict is in."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core import git, settings
from tts_baseline.core.errors import (
    PipelineError,
    RequestFailed,
    RevisionError,
    SettingsError,
    TtsBaselineError,
)
from tts_baseline.core.judgement import Against, Judgement, Paired
from tts_baseline.core.records import Case, Failure
from tts_baseline.core.settings import Settings
from tts_baseline.core.units import seconds
from tts_baseline.gate import paired
from tts_baseline.gate.disturbances import STOLEN
from tts_baseline.measure import pair
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import Arm, CaseLost, DoesNotFit, Pace, Side
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.session import certified
from tts_baseline.session import measuring as runs
from tts_baseline.session.progress import Progress
from tts_baseline.session.project import Project
from tts_baseline.session.sharing import strings
from tts_baseline.session.worktree import checkout
from tts_baseline.stats.sequential import LOOKS

# A restart measures about as long as this, in 2 to 16 quads a case: more of them cost less than a start.
RESTART_S = 3.0
MIN_QUADS, MAX_QUADS = 2, 16
CALLS_IN_A_QUAD = 4
MAX_LOST = 3
MAX_AGAIN = LOOKS[-1] // 2


class Bench(Struct, frozen=True, kw_only=True):
    """Two arms that are ready to be compared, and what each costs to start and to say the suite once.

    `slow` is the share by which every timed call of the head is made longer, `certified` what this machine's
    certificate says.
    """

    base: Arm
    head: Arm
    against: Against
    pilot: runs.Pilot
    slow: float = 0.0
    certified: str = ""

    @property
    def arms(self) -> dict[Side, Arm]:
        """The arms by side."""
        return {"base": self.base, "head": self.head}

    @property
    def quads(self) -> int:
        """Quads a case in each restart."""
        affordable = RESTART_S / (CALLS_IN_A_QUAD * self.pilot.pass_s) if self.pilot.pass_s else MAX_QUADS
        return max(MIN_QUADS, min(MAX_QUADS, round(affordable)))

    @property
    def restart_s(self) -> float:
        """About how long a restart takes."""
        calls = CALLS_IN_A_QUAD * self.quads + 2 * pair.WARM_UPS
        return 2 * self.pilot.start_s + calls * self.pilot.pass_s


@contextlib.contextmanager
def against_revision(
    project: Project, cases: Sequence[Case], revision: str, progress: Progress
) -> Iterator[Bench]:
    """The working tree as the head, `revision` in a worktree of its own as the base, until the block ends.

    Raises RevisionError where the revision cannot be checked out, cannot be loaded, or would run the
    head's code; PipelineError where the head cannot be loaded; LimitError as certified.check does.
    """

    def spec_at(root: Path) -> WorkerSpec:
        return project.worker_at(root, _settings_at(project, root, revision))

    def files(root: Path) -> set[str]:
        return {*strings(project.settings.for_pipeline()), *strings(spec_at(root).settings)}

    with checkout(project.root, revision, files=files, say=progress.say) as base:
        spec = spec_at(base.root)
        arm = Arm(name=f"base {base.commit[:7]}", spec=spec, python=_python(project))
        with measuring(progress.say):
            pilot = runs.look_ahead(project, cases)
            known = certified.check(project, pilot.device, cases)
            try:
                theirs = runs.look_ahead(project, cases, arm)
            except PipelineError as error:
                raise RevisionError(
                    f"the pipeline of {revision} ({base.commit[:7]}) cannot be used: {error.what}",
                    where=error.where,
                    hint="choose another revision, or give it an interpreter of its own: --base-python PATH",
                ) from error
        yield Bench(
            base=arm,
            head=Arm(name="head", spec=project.worker),
            against=Against(
                name=revision,
                commit=base.commit,
                optimize=spec.optimize,
                code=_own_code(project, base.root, pilot, theirs, revision),
                shared=tuple(f"{one.path} {one.sha256[:12]}" for one in base.shared),
            ),
            pilot=pilot,
            certified=known,
        )


@contextlib.contextmanager
def against_configuration(
    project: Project, cases: Sequence[Case], optimize: tuple[str, ...], progress: Progress
) -> Iterator[Bench]:
    """The project's settings as the head; as the base the same code under other switches."""
    spec = replace(project.worker, optimize=optimize)
    name = "+".join(optimize) or "none"
    base = Arm(name=f"optimize {name}", spec=spec)
    with measuring(progress.say):
        runs.look_ahead(project, cases, base)
        pilot = runs.look_ahead(project, cases)
    yield Bench(
        base=base,
        head=Arm(name="head", spec=project.worker),
        against=Against(name=f"optimize {name}", commit=git.commit(project.root)[0], optimize=optimize),
        pilot=pilot,
        certified=certified.check(project, pilot.device, cases),
    )


def judge(
    project: Project,
    bench: Bench,
    cases: Sequence[Case],
    progress: Progress,
    *,
    gates: Sequence[str],
    asked: bool,
    budget: float = math.inf,
) -> Judgement:
    """Restarts of both arms until the verdicts of `gates` are in, at most eight.

    A restart in which the host gave much of the CPU time to others is measured again, whatever it says, while
    the budget lasts. Raises SettingsError where the budget (seconds) does not reach the first look,
    PipelineError where the arms cannot be measured.
    """
    first, last = LOOKS[0] * bench.restart_s, LOOKS[-1] * bench.restart_s
    if first > budget:
        raise SettingsError(
            f"a budget of {seconds(budget)} is too small for the judge: {LOOKS[0]} restarts need about "
            f"{seconds(first)}",
            hint="raise --tts-budget, or choose fewer cases with --tts-cases or --tts-tags",
        )
    progress.say(
        f"judging {len(cases)} cases against {bench.against.name}: {bench.quads} quads in each of "
        f"{LOOKS[0]} to {LOOKS[-1]} restarts, {seconds(first)} to {seconds(last)}"
    )
    progress.start(LOOKS[-1] * len(cases) * (CALLS_IN_A_QUAD * bench.quads + 2 * pair.WARM_UPS))
    crew = _Crew(project, bench, cases, progress)
    taken: list[Paired] = []
    again = 0
    stopped = ""
    commit, dirty = git.commit(project.root)

    def judgement() -> Judgement:
        return Judgement(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=commit,
            dirty=dirty,
            against=bench.against,
            cases=tuple(crew.cases),
            restarts=tuple(taken),
            seconds=round(time.monotonic() - begun, 1),
            asked=asked,
            together=crew.together,
            lost=tuple(crew.lost),
            stopped=stopped,
            certified=bench.certified,
            again=again,
        )

    def affords(restarts: int) -> bool:
        spent = time.monotonic() - begun
        each = spent / (len(taken) + again) if taken or again else bench.restart_s
        return spent + each * restarts <= budget

    with runs.terminable(), measuring(progress.say):
        begun = time.monotonic()
        for count in LOOKS:
            if not affords(count - len(taken)):
                stopped = f"the budget of {seconds(budget)} was used up after {len(taken)} restarts"
                break
            while len(taken) < count:
                taken.append(crew.restart(len(taken)))
                stolen = taken[-1].stolen
                if stolen > STOLEN and again < MAX_AGAIN and affords(count - len(taken) + 1):
                    taken.pop()
                    again += 1
                    progress.milestone(f"once more: the host gave {stolen:.0%} of the CPU time to others")
            verdicts = paired.decide(judgement(), project.limits)
            told = ", ".join(f"{v.gate} {v.status}" for v in verdicts if v.case is None and v.gate in gates)
            progress.milestone(f"restart {count}: {told}")
            if paired.is_settled(verdicts, gates):
                break
    return judgement()


class _Crew:
    """Measures restarts; leaves out what an arm cannot say, and lets a pair that does not fit take turns."""

    def __init__(self, project: Project, bench: Bench, cases: Sequence[Case], progress: Progress) -> None:
        self._project, self._bench, self._progress = project, bench, progress
        self.cases = list(cases)
        self.lost: list[Failure] = []
        self.together = True
        self._doubted = ""

    def restart(self, index: int) -> Paired:
        found = self._project.settings
        while True:
            pace = Pace(
                quads=self._bench.quads,
                timeout=found.timeout,
                load_timeout=found.load_timeout,
                together=self.together,
                slow=self._bench.slow,
            )
            try:
                return pair.measure(
                    self._bench.arms, self.cases, index=index, pace=pace, on_call=self._progress.call
                )
            except DoesNotFit as error:
                self._progress.milestone(f"both do not fit at once, so they take turns: {error}")
                self.together = False
            except CaseLost as error:
                self._progress.milestone(str(error))
                if self.together and isinstance(error.error, RequestFailed):
                    # It may have been the memory that both need at once: alone it is said, or it cannot be.
                    self._doubted, self.together = error.case, False
                    continue
                self.together = self.together or error.case == self._doubted
                self._leave_out(error)

    def _leave_out(self, error: CaseLost) -> None:
        self.lost.append(Failure(case=error.case, kind="error", message=str(error)))
        self.cases = [case for case in self.cases if case.id != error.case]
        if not self.cases or len(self.lost) > MAX_LOST:
            raise PipelineError(
                f"the judge cannot go on: {len(self.lost)} cases could not be said",
                where=str(error),
                hint="choose cases that both revisions can say with --tts-cases",
            ) from error


def _settings_at(project: Project, root: Path, revision: str) -> Settings:
    try:
        return settings.read(root, project.asked)
    except TtsBaselineError as error:
        raise RevisionError(
            f"the settings of {revision} cannot be read: {error.what}",
            where=error.where,
            hint="choose a revision whose [tool.tts-baseline] this version understands",
        ) from error


def _python(project: Project) -> str:
    """The base's interpreter. A path is seen from the project's folder; links stay: they make a venv."""
    chosen = project.settings.base_python
    if chosen is None:
        return sys.executable
    path = Path(chosen).expanduser()
    return str(project.root / path) if len(path.parts) > 1 else chosen


def _own_code(project: Project, base: Path, ours: runs.Pilot, theirs: runs.Pilot, revision: str) -> bool:
    """Whether the base ran code of its own; RevisionError where it ran files that the head may have changed.

    Those are files of the working tree that git holds: an environment that lies in it is not of a revision.
    """
    place = git.place(project.root)
    files = [Path(file).resolve() for file in (*theirs.files, theirs.origin) if file]
    strays = [str(one) for one in files if one.is_relative_to(place.top) and not one.is_relative_to(base)]
    if held := git.tracked(place.top, strays):
        raise RevisionError(
            f"the base {revision} would run the working tree's code: {held[0]}",
            where="how the project is installed there",
            hint="import it from the project's folder or its src/, or use --base-python PATH",
        )
    return ours.origin != theirs.origin
