"""One replicate: a fresh worker, a cold start, a warm-up pass, then timed passes in shuffled order.

A pass speaks every case once, so that a burst of load from other processes does not hit all calls of one
case. A pipeline that streams is then heard as often as a client of its stream would hear it. The first
replicate ends with one more pass to count the work, so that counting affects no time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.errors import (
    PipelineError,
    RequestFailed,
    WorkerConfused,
    WorkerHung,
    WorkerLost,
    sentence,
)
from tts_baseline.core.records import Calls, Case, ColdStart, Failure, Replicate, Utterance, Work
from tts_baseline.core.stream import Stream, Streams
from tts_baseline.measure import answers
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Spoken, WorkerSpec
from tts_baseline.measure.streams import delivered, streamed

MAX_LOST_IN_A_ROW = 3  # chosen: three in a row are the pipeline's fault, not that of one case


class ReplicatePace(Struct, frozen=True, kw_only=True):
    """How one replicate is measured: timed passes, time limits, and when to stop early."""

    passes: int
    timeout: float
    load_timeout: float
    deadline: float = float("inf")


class Taken(Struct, frozen=True):
    """The result of one replicate: the record, each case's first utterance, failures, provenance."""

    replicate: Replicate
    utterances: dict[str, Utterance]
    failures: tuple[Failure, ...]
    provenance: dict[str, str]


def measure(
    spec: WorkerSpec,
    cases: Sequence[Case],
    *,
    index: int,
    pace: ReplicatePace,
    on_call: Callable[[], None] = lambda: None,
) -> Taken:
    """The measurements of `cases` in one fresh process.

    A case that fails is reported and dropped, and the others go on. A lost worker is replaced; after three
    lost in a row the remaining cases are given up. Where answers were not made for their texts, all cases
    fail. Raises PipelineError if the pipeline cannot be loaded.
    """
    with ExitStack() as stack:
        crew = _Crew(spec, pace, stack)
        cold_start = crew.cold_start(cases)
        first: dict[str, Spoken] = {}
        timed: dict[str, list[Spoken]] = {case.id: [] for case in cases}
        for turn, order in enumerate(_orders(cases, index, pace.passes)):
            if turn > 1 and time.monotonic() > pace.deadline:
                break
            for case in order:
                spoken = crew.speak(case, full=turn == 0)
                on_call()
                if spoken is None:
                    continue
                if turn == 0:
                    first[case.id] = spoken
                else:
                    timed[case.id].append(spoken)
        done = {case.id for case in cases} - crew.failures.keys()
        again = _orders([case for case in cases if case.id in done], index, pace.passes - 1)
        streams = streamed(again if crew.has_streams else (), crew.listen, pace.deadline, on_call)
        work: dict[str, Work] = {}
        if index == 0:
            for case in (case for case in cases if case.id in done):
                heard = {spoken.sha256 for spoken in (first[case.id], *timed[case.id])}
                work[case.id] = crew.count(case, heard, on_call)
        why = answers.one_for_all(cases, {id: first[id].sha256 for id in done})
        if not why and done and index == 0:
            longest = max((case for case in cases if case.id in done), key=lambda case: len(case.text))
            why = answers.kept(longest.text, timed[longest.id], crew.saying(longest))
        if why:
            crew.refuse([case for case in cases if case.id in done], why)
            done = set()
        return Taken(
            Replicate(
                cold_start=cold_start,
                calls={
                    id: calls_of(first[id], timed[id], work.get(id), streams.get(id)) for id in sorted(done)
                },
            ),
            {id: utterance_of(first[id]) for id in sorted(done)},
            tuple(crew.failures.values()),
            crew.provenance,
        )


class _Crew:
    """The current worker, which is replaced when lost, until too many are lost in a row."""

    def __init__(self, spec: WorkerSpec, pace: ReplicatePace, stack: ExitStack) -> None:
        self._spec, self._pace, self._stack = spec, pace, stack
        self._lost = 0
        self._last: Case | None = None
        self._said: set[str] = set()
        self._uncounted: Work | None = None
        self.failures: dict[str, Failure] = {}
        self._worker: Worker | None = self._hire()
        self.provenance = self._worker.ready.provenance if self._worker else {}
        self.has_streams = bool(self._worker and self._worker.ready.streams)

    def cold_start(self, cases: Sequence[Case]) -> ColdStart | None:
        """The phases of this worker's start, up to the shortest case's utterance; None if it failed."""
        worker = self._worker
        first = min(cases, key=lambda case: (len(case.text), case.id))
        spoken = self.speak(first, full=False)
        if worker is None or spoken is None:
            return None
        ready = worker.ready
        return ColdStart(
            case=first.id,
            spawn_s=ready.spawn_s,
            import_s=ready.import_s,
            load_s=ready.load_s,
            first_request_s=spoken.wall_s,
        )

    def speak(self, case: Case, *, full: bool) -> Spoken | None:
        """The call, or None if this case fails now or failed before."""
        if case.id in self.failures:
            return None
        if self._lost >= MAX_LOST_IN_A_ROW:
            self._fail(case, "gave up", f"not tried: {self._lost} workers were lost in a row")
            return None
        try:
            self._worker = self._worker or self._hire()
            spoken = self._worker.speak(case.request, full=full, timeout=self._pace.timeout)
        except RequestFailed as error:
            self._fail(case, "error", sentence(error))
            return None
        except WorkerConfused as error:
            self._lose()
            late, self._last = self._last if error.is_late else None, None
            self._fail(late or case, "error", sentence(error))
            return self.speak(case, full=full) if late else None
        except WorkerLost as error:
            self._lose()
            self._fail(case, "timeout" if isinstance(error, WorkerHung) else "crash", sentence(error))
            return None
        self._lost = 0
        self._last = case
        self._said.add(case.id)
        return spoken

    def listen(self, case: Case) -> Stream:
        """What one streamed call gives a player; raises as a worker does."""
        try:
            self._worker = self._worker or self._hire()
            return delivered(self._worker.listen(case.request, full=False, timeout=self._pace.timeout))
        except RequestFailed:
            raise
        except PipelineError:
            self._worker = None
            raise

    def count(self, case: Case, heard: Collection[str], on_call: Callable[[], None]) -> Work:
        """The work of one call, or the reason for having none; a failure loses the counters, not the case.

        `heard` are the hashes of its audio so far: if all calls gave the same audio, this one must too.
        """
        if self._uncounted is not None:
            return self._uncounted
        try:
            self._worker = self._worker or self._hire()
            if case.id not in self._said:  # a new worker, whose first call also builds caches
                self._worker.speak(case.request, full=False, timeout=self._pace.timeout)
            counted = self._worker.count(case.request, timeout=self._pace.timeout)
        except RequestFailed as error:
            return Work(reason=f"failed while its work was counted: {sentence(error)}")
        except PipelineError as error:
            self._worker = None
            self._uncounted = Work(reason="an earlier call ended the worker while its work was counted")
            return Work(reason=f"ended the worker while its work was counted: {sentence(error)}")
        if counted.sha256 is None:
            self._uncounted = None if counted.work.steps else counted.work
            return counted.work
        on_call()
        if len(heard) == 1 and counted.sha256 not in heard:
            return Work(reason="sounds otherwise when its work is counted")
        return counted.work

    def saying(self, case: Case) -> Callable[[str], float | None]:
        """What takes the seconds of this case with another text; None where there is no answer."""

        def say(text: str) -> float | None:
            try:
                self._worker = self._worker or self._hire()
                request = replace(case.request, text=text)
                return self._worker.speak(request, full=False, timeout=self._pace.timeout).wall_s
            except RequestFailed:
                return None
            except PipelineError:
                self._worker = None
                return None

        return say

    def refuse(self, cases: Sequence[Case], why: str) -> None:
        """These cases fail, for what only all answers together tell."""
        for case in cases:
            self._fail(case, "error", why)

    def _lose(self) -> None:
        self._lost += 1
        self._worker = None

    def _hire(self) -> Worker:
        self._said.clear()
        return self._stack.enter_context(Worker(self._spec, load_timeout=self._pace.load_timeout))

    def _fail(self, case: Case, kind: str, message: str) -> None:
        self.failures[case.id] = Failure(case=case.id, kind=kind, message=message)  # type: ignore[arg-type]


def _orders(cases: Sequence[Case], index: int, passes: int) -> Iterator[list[Case]]:
    # Seeded by the replicate's index, so that two revisions speak the cases in the same order.
    dice = random.Random(index)
    for _ in range(1 + passes):
        yield dice.sample(list(cases), k=len(cases))


def calls_of(
    first: Spoken, timed: Sequence[Spoken], work: Work | None = None, streams: Streams | None = None
) -> Calls:
    """The record of a case: audio and memory from its first call, times from the others."""
    names = sorted({name for spoken in timed for name in spoken.stages})
    return Calls(
        wall_s=_column(s.wall_s for s in timed),
        cpu_s=_column(s.cpu_s for s in timed),
        reference_s=_column(s.reference_s for s in timed),
        stages={name: _column(s.stages.get(name, 0.0) for s in timed) for name in names},
        cycles=tuple(s.cycles for s in timed if s.cycles is not None),
        audio_s=first.samples / first.sample_rate,
        sha256=first.sha256,
        peak_rss=first.peak_rss,
        uss=first.uss,
        peak_cuda=first.peak_cuda,
        work=work,
        streams=streams,
        solved=first.solved,
    )


def _column(values: Iterator[float]) -> tuple[float, ...]:
    return tuple(round(value, 7) for value in values)


def utterance_of(spoken: Spoken) -> Utterance:
    """The utterance of a full call."""
    return Utterance(
        samples=np.frombuffer(spoken.audio or b"", dtype="<f4"),
        sample_rate=spoken.sample_rate,
        stages=spoken.stages,
        phones=spoken.phones,
        text=spoken.text,
        solved=spoken.solved,
    )
