"""Measures on the spot: one live worker for texts that nobody knew before a test ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from tts_baseline.core.ears import NO_EARS, Ears
from tts_baseline.core.errors import WorkerLost
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Calls, Case, Reading, Request, Utterance, Work
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Spoken
from tts_baseline.measure.replicate import calls_of, utterance_of
from tts_baseline.session.measurement.score import read, readable
from tts_baseline.session.project import Project
from tts_baseline.session.scripts import scripts

T = TypeVar("T")

TIMED_CALLS = 5


class LivePipeline:
    """The pipeline in a worker of its own, started when first asked; the test's process loads no model."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._worker: Worker | None = None

    def synthesize(self, text: str | Request | Case) -> Utterance:
        """The utterance of a text, a case or a full request.

        Raises RequestFailed where the pipeline refuses it, WorkerLost where it hangs or dies.
        """
        return utterance_of(self._speak(_request(text), full=True))

    def time(self, text: str | Request | Case) -> tuple[Calls, Utterance]:
        """Five timed calls after a first one, and the first one's audio; measured, not gated."""
        request = _request(text)
        first = self._speak(request, full=True)
        timed = [self._speak(request, full=False) for _ in range(TIMED_CALLS)]
        return calls_of(first, timed), utterance_of(first)

    def count(self, text: str | Request | Case) -> Work:
        """The work of one call after a first one, or why it cannot be counted; measured, not gated."""
        request = _request(text)
        self._speak(request, full=False)
        return self._ask(lambda worker, timeout: worker.count(request, timeout=timeout)).work

    def read_out(self, request: Request) -> str | None:
        """What is read out for a request; None where the pipeline does not tell."""
        return self._ask(lambda worker, timeout: worker.read_out(request, timeout=timeout))

    def close(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _speak(self, request: Request, *, full: bool) -> Spoken:
        return self._ask(lambda worker, timeout: worker.speak(request, full=full, timeout=timeout))

    def _ask(self, question: Callable[[Worker, float], T]) -> T:
        settings = self._project.settings
        if self._worker is None:
            self._worker = Worker(self._project.worker, load_timeout=settings.load_timeout)
        try:
            return question(self._worker, settings.timeout)
        except WorkerLost:
            self.close()
            raise


def score_alone(
    case: Case, calls: Calls, utterance: Utterance, ears: Ears = NO_EARS
) -> Mapping[str, Reading]:
    """Every case metric of one utterance that has no golden."""
    script = scripts((case,)).get(case.id)
    evidence = Evidence(case=case, calls=(calls,), utterances=(utterance,), script=script, ears=ears)
    return {m.spec.name: read(m, evidence) for m in readable(ears) if m.spec.scope == "case"}


def _request(text: str | Request | Case) -> Request:
    if isinstance(text, Case):
        return text.request
    return text if isinstance(text, Request) else Request(text=text)
