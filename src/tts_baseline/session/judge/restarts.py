"""The judge's restarts: both arms in fresh processes, until every verdict is in."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from tts_baseline.core import git
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.core.judgement import Judgement, Paired
from tts_baseline.core.profile import PairedProfile
from tts_baseline.core.records import Case, Failure
from tts_baseline.core.units import seconds
from tts_baseline.core.verdict import UNDECIDING, Verdict
from tts_baseline.gate.explain import revision
from tts_baseline.gate.judge import paired
from tts_baseline.gate.judge.disturbances import STOLEN
from tts_baseline.gate.quality import decide
from tts_baseline.gate.verdicts import judged
from tts_baseline.measure import pair
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import CaseLost, DoesNotFit, Hear, PairPace
from tts_baseline.session.judge import profile
from tts_baseline.session.judge.bench import CALLS_IN_A_QUAD, Bench
from tts_baseline.session.judge.sound import Listening
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.project import Project
from tts_baseline.stats.sequential import LOOKS

# chosen: where an arm cannot say more cases than these, it is broken, and the rest says little about it.
MAX_LOST = 3
# chosen: a host that disturbs more than every third restart will disturb the next, too.
MAX_AGAIN = LOOKS[-1] // 2


def judge(
    project: Project,
    bench: Bench,
    cases: Sequence[Case],
    progress: Progress,
    *,
    gates: Sequence[str],
    asked: bool,
    budget: float = math.inf,
    listening: Listening | None = None,
    profiling: bool = False,
    seeking_gain: bool = False,
) -> tuple[Judgement, tuple[Verdict, ...]]:
    """Restarts of both arms until the verdicts of `gates` are in, at most eight; and the verdicts then.

    A restart in which the host gave much of the CPU time to others is measured again, whatever it says, while
    the budget lasts. With `listening` the verdicts on sound are to be in, too; with `seeking_gain`, whether a
    gate that is not slower is faster by its limit. With `profiling`, calls that got slower are looked into.
    Raises SettingsError where the budget (seconds) does not reach the first look, PipelineError where the
    arms cannot be measured.
    """
    first, last = LOOKS[0] * bench.restart_s, LOOKS[-1] * bench.restart_s
    if first > budget:
        raise SettingsError(
            f"a budget of {seconds(budget)} is too small for the judge: {LOOKS[0]} restarts need about "
            f"{seconds(first)}",
            hint="raise --tts-budget, or choose fewer cases with --tts-cases or --tts-tags",
        )
    progress.say(
        f"judging {len(cases)} cases against {revision(bench.against.name)}: {bench.quads} quads in each of "
        f"{LOOKS[0]} to {LOOKS[-1]} restarts, {seconds(first)} to {seconds(last)}"
    )
    progress.start(LOOKS[-1] * len(cases) * (CALLS_IN_A_QUAD * bench.quads + 2 * pair.WARM_UPS))
    crew = _Crew(project, bench, cases, progress, listening)
    taken: list[Paired] = []
    again = 0
    stopped = ""
    verdicts: tuple[Verdict, ...] = ()
    profiled: PairedProfile | None = None
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
            sound=listening.sound(crew.cases) if listening else None,
            texts=listening.texts(crew.cases) if listening else {},
            profile=profiled,
        )

    def affords(restarts: int) -> bool:
        spent = time.monotonic() - begun
        each = spent / (len(taken) + again) if taken or again else bench.restart_s
        return spent + each * restarts <= budget

    with terminable(), measuring(progress.say):
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
            verdicts = judged(judgement(), project.limits)
            is_heard = not _may_tell(verdicts, listening)
            is_open = seeking_gain and any(
                paired.may_gain(v) for v in verdicts if v.case is None and v.gate in gates
            )
            is_settled = paired.is_settled(verdicts, gates) and is_heard and not is_open
            words = {} if is_settled or count == LOOKS[-1] else UNDECIDING
            statuses = ", ".join(
                f"{v.gate} {words.get(v.status, v.status)}"
                for v in verdicts
                if v.case is None and v.gate in gates
            )
            progress.milestone(f"restart {count}: {statuses}" + ("" if is_heard else ", sound undecided"))
            if is_settled:
                break
        if profiling:
            left = budget - (time.monotonic() - begun)
            profiled = profile.taken(bench, crew.cases, verdicts, progress, pace=crew.pace, left=left)
            verdicts = judged(judgement(), project.limits)
    return judgement(), verdicts


def _may_tell(verdicts: Sequence[Verdict], listening: Listening | None) -> bool:
    """True where more restarts may bring in a verdict on sound: not those that say always the same."""
    if listening is None or not listening.varies:
        return False
    return decide.is_open(v for v in verdicts if v.family == "quality")


class _Crew:
    """Measures restarts; leaves out what an arm cannot say, and lets a pair that does not fit take turns."""

    def __init__(
        self, project: Project, bench: Bench, cases: Sequence[Case], progress: Progress, hear: Hear | None
    ) -> None:
        self._project, self._bench, self._progress, self._hear = project, bench, progress, hear
        self.cases = list(cases)
        self.lost: list[Failure] = []
        self.together = True
        self._doubted = ""

    @property
    def pace(self) -> PairPace:
        settings = self._project.settings
        return PairPace(
            quads=self._bench.quads,
            timeout=settings.timeout,
            load_timeout=settings.load_timeout,
            together=self.together,
            slow=self._bench.slow,
        )

    def restart(self, index: int) -> Paired:
        while True:
            try:
                return pair.measure(
                    self._bench.arms,
                    self.cases,
                    index=index,
                    pace=self.pace,
                    on_call=self._progress.call,
                    hear=self._hear,
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
