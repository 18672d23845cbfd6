"""One restart of two arms: a fresh process of each, called in turn, in quads ABBA or BAAB.

A quad is four consecutive calls of one case. Its symmetric order cancels a drift of the machine's speed;
which arm comes first is drawn for each quad (docs/method.md, "Pairs in quads").
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError, RequestFailed, WorkerLost, sentence
from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Case, ColdStart, Replicate, Utterance
from tts_baseline.measure import host
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Spoken, WorkerSpec
from tts_baseline.measure.replicate import calls_of, utterance_of

Side = Literal["base", "head"]
Order = tuple[Side, ...]
QUADS: tuple[Order, Order] = (("base", "head", "head", "base"), ("head", "base", "base", "head"))
WARM_UPS = 2  # chosen: the first call of a case builds caches, the second tells its usual time
ONE_CORE = 1.1  # chosen: CPU time over wall time of one thread is 1, and a runtime's own threads add a little
MEASURABLE_S = 0.05  # chosen: five steps of the 10 ms in which Linux counts a thread's CPU time
REST_S = 0.25  # chosen: 50 times the 5 ms for which libgomp's threads spin; who runs on then never rests


class Rendition(Struct, frozen=True):
    """What an arm said of a case, and whether the same request gives the same samples again."""

    utterance: Utterance
    repeats_itself: bool


Hear = Callable[[Side, str, Rendition], None]


class Arm(Struct, frozen=True, kw_only=True):
    """One of the two sides of a comparison: how its worker is built, and by which interpreter."""

    name: str
    spec: WorkerSpec
    python: str = sys.executable


class PairPace(Struct, frozen=True, kw_only=True):
    """How a restart is measured: quads a case, time limits, and whether both processes live at once.

    `slow` makes every timed call of the head longer by that share of its usual time.
    """

    quads: int
    timeout: float
    load_timeout: float
    together: bool = True
    slow: float = 0.0


class CaseLost(Exception):
    """An arm failed on a case."""

    def __init__(self, arm: str, case: str, error: PipelineError) -> None:
        super().__init__(f"{arm}: {case}: {sentence(error)}")
        self.arm, self.case, self.error = arm, case, error


class DoesNotFit(Exception):
    """The second arm could not be loaded beside the first."""


def measure(
    arms: Mapping[Side, Arm],
    cases: Sequence[Case],
    *,
    index: int,
    pace: PairPace,
    on_call: Callable[[], None] = lambda: None,
    hear: Hear | None = None,
) -> Paired:
    """Both arms' replicates of restart `index`; the arms alternate in starting first.

    `hear` is called at the end, with an utterance of each arm of each case: in restart 0 under the case's own
    seed, in each other one under another seed, the same for both arms. Quads in which the device was
    throttled are dropped and counted. Raises CaseLost, DoesNotFit, or PipelineError if an arm cannot be
    loaded by itself.
    """
    before = host.cpu_time()
    dice = random.Random(index)
    turn: Order = ("base", "head") if index % 2 == 0 else ("head", "base")
    crews: list[Order] = [turn] if pace.together else [(side,) for side in turn]
    cores = shuffled_cores(dice)
    voices: dict[Side, Voice] = {}
    orders: dict[str, list[Side]] = {case.id: [] for case in cases}
    dropped = 0
    for crew in crews:
        with ExitStack() as stack:
            for side in crew:
                voices[side] = _started(arms[side], cases, pace, stack, is_second=side != crew[0])
            for case in passes(cases, WARM_UPS, dice):
                for side in crew:
                    voices[side].warm_up(case)
                    on_call()
            if pace.together:
                place_alike([voices[side] for side in crew], cores)
            for case in passes(cases, pace.quads, dice):
                order = tuple(side for side in dice.choice(QUADS) if side in crew)
                if _kept(voices, case, order, slow=pace.slow, on_call=on_call):
                    orders[case.id] += order
                else:
                    dropped += 1
            if hear is not None:
                _say_anew([voices[side] for side in crew], cases, index)
    if hear is not None:
        _tell(voices, hear)
    return Paired(
        base=voices["base"].replicate(),
        head=voices["head"].replicate(),
        orders={id: "".join("BA"[side == "base"] for side in order) for id, order in orders.items()},
        dropped=dropped,
        stolen=round(host.stolen(before), 3),
    )


def _kept(
    voices: Mapping[Side, Voice], case: Case, order: Order, *, slow: float, on_call: Callable[[], None]
) -> bool:
    """Whether a quad is kept, among the timed calls of its arms: the device was not throttled in it."""
    usual_s = voices["base" if "base" in order else "head"].usual_s(case)
    calls = quad(voices, case, order, extra_s=slow * usual_s)
    for _ in order:
        on_call()
    if any(spoken.is_throttled for spoken in calls):
        return False
    for side, spoken in zip(order, calls, strict=True):
        voices[side].timed[case.id].append(spoken)
    return True


def _say_anew(crew: Sequence[Voice], cases: Sequence[Case], index: int) -> None:
    """One more call of each case under the seed of this restart, which is the case's own in restart 0."""
    for case in cases if index else ():
        for voice in crew:
            voice.say_anew(replace(case, seed=case.seed ^ index))


def _tell(voices: Mapping[Side, Voice], hear: Hear) -> None:
    for side, voice in voices.items():
        for case, heard in voice.heard():
            hear(side, case, heard)


def quad(voices: Mapping[Side, Voice], case: Case, order: Order, *, extra_s: float) -> list[Spoken]:
    """Consecutive calls of a case in this order; the head's have `extra_s` seconds of extra work.

    A call begins only when the other arm's process rests.
    """
    calls = []
    for side in order:
        for other in set(order) - {side}:
            voices[other].rest()
        calls.append(voices[side].say(case, extra_s=extra_s if side == "head" else 0.0))
    return calls


def shuffled_cores(dice: random.Random) -> list[int]:
    """The cores that this process may use, shuffled; empty if the system cannot pin threads."""
    if sys.platform != "linux":
        return []
    cores = sorted(os.sched_getaffinity(0))
    return dice.sample(cores, len(cores))


def place_alike(voices: Sequence[Voice], cores: Sequence[int]) -> None:
    """Pin the computing threads of all these processes to the same cores.

    Otherwise two processes that take turns settle on different cores, and the cores of a shared machine
    differ by more than the change that is sought. Pins only if each process has one computing thread, or one
    for each core. `Voice.rest` then waits for the threads between calls.
    """
    teams = [voice.team() for voice in voices]
    if cores and all(len(team) in (1, len(cores)) and len(team) == len(teams[0]) for team in teams):
        for voice, team in zip(voices, teams, strict=True):
            voice.stay_on(dict(zip(team, cores, strict=False)))


class Voice:
    """One arm's process, and its calls so far."""

    def __init__(self, arm: Arm, worker: Worker, cases: Sequence[Case], timeout: float) -> None:
        self._arm, self._worker, self._timeout = arm, worker, timeout
        self._first: dict[str, Spoken] = {}
        self._anew: dict[str, Spoken] = {}
        self._restless: set[str] = set()
        self._plain: dict[str, list[Spoken]] = {case.id: [] for case in cases}
        self.timed: dict[str, list[Spoken]] = {case.id: [] for case in cases}
        self._spins = True
        shortest = min(cases, key=lambda case: (len(case.text), case.id))
        ready = worker.ready
        self._cold_start = ColdStart(
            case=shortest.id,
            spawn_s=ready.spawn_s,
            import_s=ready.import_s,
            load_s=ready.load_s,
            first_request_s=self.say(shortest).wall_s,
        )
        self._thread_times = worker.thread_times()

    def say(self, case: Case, *, full: bool = False, extra_s: float = 0.0) -> Spoken:
        """One call; raises CaseLost."""
        try:
            spoken = self._worker.speak(case.request, full=full, timeout=self._timeout, extra_s=extra_s)
        except (RequestFailed, WorkerLost) as error:
            raise CaseLost(self._arm.name, case.id, error) from error
        if not extra_s:
            self._plain[case.id].append(spoken)
        return spoken

    def warm_up(self, case: Case) -> None:
        """An untimed call; a case's first call returns its audio and memory."""
        spoken = self.say(case, full=case.id not in self._first)
        if self._first.setdefault(case.id, spoken).sha256 != spoken.sha256:
            self._restless.add(case.id)

    def say_anew(self, case: Case) -> None:
        """An untimed call under another seed, which is heard instead of the first."""
        self._anew[case.id] = self.say(case, full=True)

    def usual_s(self, case: Case) -> float:
        """The case's usual seconds in this process: the median of its calls but the first."""
        return median(spoken.wall_s for spoken in self._plain[case.id][1:])

    @property
    def busy_cores(self) -> float:
        """The number of cores in use: median of CPU time over wall time of the calls so far."""
        timed = [spoken for calls in self._plain.values() for spoken in calls[1:]]
        return median(spoken.cpu_s / spoken.wall_s for spoken in timed)

    def team(self) -> list[int]:
        """The computing threads, in the order of their start; empty if they cannot be determined.

        Of several threads, those that since the first call computed at least a third as long as the busiest.
        """
        if not self._worker.is_alone():
            return []
        if self.busy_cores <= ONE_CORE:
            return [self._worker.thread]
        before = self._thread_times
        spent = {id: time - before.get(id, 0.0) for id, time in self._worker.thread_times().items()}
        most = max(spent.values(), default=0.0)
        return [id for id in sorted(spent) if spent[id] >= most / 3] if most >= MEASURABLE_S else []

    def stay_on(self, cores: Mapping[int, int]) -> None:
        """Pin threads to cores."""
        self._worker.stay_on(cores)
        self._spins = len(cores) > 1

    def rest(self) -> None:
        """Wait until its threads have stopped; after one time-out, never wait again."""
        self._spins = self._spins and self._worker.rest(REST_S)

    def heard(self) -> Iterator[tuple[str, Rendition]]:
        """An utterance of each case: that under another seed, or the first."""
        for case, spoken in (self._first | self._anew).items():
            yield case, Rendition(utterance_of(spoken), repeats_itself=case not in self._restless)

    def replicate(self) -> Replicate:
        """All timed calls, as the record of this process."""
        return Replicate(
            cold_start=self._cold_start,
            calls={id: calls_of(self._first[id], timed) for id, timed in self.timed.items() if timed},
        )


def _started(arm: Arm, cases: Sequence[Case], pace: PairPace, stack: ExitStack, *, is_second: bool) -> Voice:
    try:
        worker = Worker(arm.spec, load_timeout=pace.load_timeout, python=arm.python)
    except PipelineError as error:
        if is_second:
            raise DoesNotFit(str(error)) from error
        raise
    return Voice(arm, stack.enter_context(worker), cases, pace.timeout)


def passes(cases: Sequence[Case], count: int, dice: random.Random) -> list[Case]:
    """Every case `count` times, in passes that are each shuffled."""
    return [case for _ in range(count) for case in dice.sample(list(cases), k=len(cases))]
