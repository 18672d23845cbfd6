"""Puts a pipeline under load: up to its knee, then at parts of its throughput, and proves every answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import geometric_mean

from msgspec.structs import replace

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Case, Request, Utterance
from tts_baseline.core.settings import Settings
from tts_baseline.core.traffic import LoadLevel, Mixup, Traffic, Way
from tts_baseline.core.units import seconds
from tts_baseline.measure.traffic.answers import Response, Speech
from tts_baseline.measure.traffic.arrivals import deck, poisson
from tts_baseline.measure.traffic.batching import BatchPolicy
from tts_baseline.measure.traffic.figures import is_past_knee, knee, of_closed, of_open
from tts_baseline.measure.traffic.identity import Court, Delivered
from tts_baseline.measure.traffic.loops import LevelLength, closed, open_loop
from tts_baseline.measure.traffic.seats import Seat
from tts_baseline.measure.traffic.systems import Batcher, Member, Pool
from tts_baseline.metrics.performance.latency_under_load import SHARE
from tts_baseline.metrics.under_load import named
from tts_baseline.pipelines._load import build
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project

CLIENTS = (1, 2, 4, 8, 16)
SHARES = (0.5, SHARE, 0.9)
LEVELS = 10  # of the sweep to eight clients, at the knee again, and of the open loops
_PASSES = 3  # chosen: at the knee; their mean is the throughput
_CONNECTIONS = 64  # chosen: more requests under way at once wait in a queue at either end
_LEAST, _MOST = 100, 500  # chosen: of a level; the 99th percentile needs 100, memory holds 500 answers
_FEWEST = 20  # of the level whose 95th percentile is gated, however long they take
_LONGEST = 12  # chosen: a level of fewer than 100 requests lasts at most so many times its seconds
_WAVES = 4  # chosen: a closed level has at least so many requests a client
_MIXUPS_KEPT = 50  # chosen: what a run's file names of them


def way_of(settings: Settings) -> Way:
    """How the pipeline is put under load: as said, or, for `auto`, as its kind is used.

    Raises SettingsError for a server that is none.
    """
    is_server = settings.pipeline == "http"
    if settings.load == "server" and not is_server:
        raise SettingsError(
            f'load = "server" needs the pipeline http, not {settings.pipeline}',
            hint="--load workers, or --pipeline http with its url (docs/servers.md)",
        )
    if settings.load in ("workers", "batch", "server", "stream"):
        return settings.load
    return "server" if is_server else "workers"


def take(
    project: Project,
    cases: Sequence[Case],
    alone: Mapping[str, Sequence[Utterance]],
    progress: Progress,
    *,
    level_s: float,
) -> Traffic:
    """What the pipeline does under load; `alone` are utterances of each case that were made one by one.

    Raises PipelineError if it cannot be loaded, SettingsError where it cannot be put under load so.
    """
    way = way_of(project.settings)
    with ExitStack() as stack:
        system, members, alone_so = _system(project, way, stack)
        one_by_one = {
            case.id: [say(case.request) for say in alone_so] or list(map(_sound, alone[case.id]))
            for case in cases
        }
        bench = _Bench(system, cases, one_by_one, project.settings.load_deadline, level_s, progress)
        levels, knees = asyncio.run(bench.levels(members))
    return Traffic(
        way=way,
        workers=members if way in ("workers", "stream") else 1,
        deadline_s=project.settings.load_deadline,
        wait_s=project.settings.load_wait if way == "batch" else None,
        levels=levels,
        knees=knees,
        checked=bench.checked,
        proven=dict(bench.proven),
        mixups=tuple(bench.mixups[:_MIXUPS_KEPT]),
    )


def _system(project: Project, way: Way, stack: ExitStack) -> tuple[Pool | Batcher, int, Sequence[Member]]:
    """What is put under load, open on the stack, and how many members of it answer at once.

    The last are those whose answers alone are not the run's own: a stream may sound otherwise.
    """
    settings = project.settings
    if way == "server":
        members = [_connection(project, stack) for _ in range(_CONNECTIONS)]
        return stack.enter_context(Pool(members)), 1, ()
    count = settings.load_workers if way in ("workers", "stream") else 1
    seats = [
        stack.enter_context(
            Seat(project.worker, timeout=settings.timeout, load_timeout=settings.load_timeout)
        )
        for _ in range(count)
    ]
    if way == "batch":
        policy = BatchPolicy(CLIENTS[-1], settings.load_wait)
        return stack.enter_context(Batcher(seats[0].together, policy)), 1, ()
    if way == "stream":
        if not seats[0].streams:
            raise SettingsError(
                'load = "stream" needs a pipeline with stream(request)',
                where=project.target,
                hint="--load workers (docs/load.md)",
            )
        streams = [seat.streamed for seat in seats]
        return stack.enter_context(Pool(streams)), count, streams
    return stack.enter_context(Pool([seat.say for seat in seats])), count, ()


def _connection(project: Project, stack: ExitStack) -> Member:
    """A client of the server with a connection of its own, which opens with its first request."""
    voice = build(project.target, project.settings.for_pipeline(), device="cpu", optimize=())
    stack.callback(voice.close)  # type: ignore[attr-defined]

    def say(request: Request) -> Speech:
        return _sound(voice.synthesize(request))

    return say


def _sound(utterance: Utterance) -> Speech:
    return Speech(utterance.samples, utterance.sample_rate)


class _Bench:
    """One system under one load after another; every answer is checked between them."""

    def __init__(
        self,
        system: Pool | Batcher,
        cases: Sequence[Case],
        alone: Mapping[str, Sequence[Speech]],
        deadline: float | None,
        level_s: float,
        progress: Progress,
    ) -> None:
        self._system, self._cases, self._deadline = system, cases, deadline
        self._seconds, self._progress = level_s, progress
        self._court = Court(alone)
        self._passes = 0
        self.checked = 0
        self.proven: Counter[str] = Counter()
        self.mixups: list[Mixup] = []

    async def levels(self, members: int) -> tuple[tuple[LoadLevel, ...], tuple[float, ...]]:
        """The levels of the sweep and of the open loops, and the throughput of each pass at the knee."""
        await closed(
            self._system, self._deck(), members, LevelLength(0.0, 2 * members, 2 * members)
        )  # warm-up
        swept: list[LoadLevel] = []
        for clients in CLIENTS:
            swept.append(await self._closed(clients))
            if is_past_knee(swept):
                break
        best = knee(swept)
        levels = [replace(level, is_knee=level is best and level.throughput > 0) for level in swept]
        if not best.throughput:
            return tuple(levels), ()
        again = [await self._closed(best.clients) for _ in range(_PASSES - 1)]
        knees = tuple(level.throughput for level in (best, *again))
        rate = geometric_mean(knees) if min(knees) > 0 else best.throughput
        levels += [await self._open(share, share * rate) for share in SHARES]
        return tuple(levels), knees

    async def _closed(self, clients: int) -> LoadLevel:
        length = LevelLength(self._seconds, _WAVES * clients + 1, _MOST)
        answers = await closed(self._system, self._deck(), clients, length)
        return self._checked(of_closed(answers, clients, self._deadline), answers)

    async def _open(self, share: float, rate: float) -> LoadLevel:
        fewest = _FEWEST if share == SHARE else 1
        least = max(fewest, min(_LEAST, round(_LONGEST * self._seconds * rate)))
        count = LevelLength(self._seconds, least, _MOST).requests(rate)
        answers = await open_loop(self._system, self._deck(), poisson(rate, count, seed=1))
        return self._checked(of_open(answers, share, rate, self._deadline), answers)

    def _deck(self) -> Iterator[Case]:
        """The cases in the same order at each level of each run, so that levels and runs compare."""
        return deck(self._cases, seed=1)

    def _checked(self, level: LoadLevel, answers: Sequence[Response]) -> LoadLevel:
        self._passes += 1
        heard = [
            Delivered(
                name=f"request {answer.number + 1} of pass {self._passes} ({answer.case.id}, {named(level)})",
                case=answer.case.id,
                sent=answer.sent,
                ended=answer.ended,
                sound=answer.sound,
            )
            for answer in answers
            if answer.sound is not None
        ]
        proof = self._court.check(heard)
        self.checked += len(heard)
        self.proven.update(proof.proven)
        self.mixups += proof.mixups
        p95 = f", p95 {seconds(level.p95_s)}" if level.p95_s is not None else ""
        failed = f", {level.requests - level.answered} failed" if level.errors else ""
        self._progress.milestone(f"{named(level)}: {level.throughput:.2f} req/s{p95}{failed}")
        return level
