"""What a worker builds a pipeline with: import now, load later, and check everything that it says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from tts_baseline.core import switches
from tts_baseline.core.errors import PipelineError, RequestFailed
from tts_baseline.core.excerpts import described
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.switches import Switch, SwitchSpec
from tts_baseline.pipelines._answers import text, utterance
from tts_baseline.pipelines._load import build, find, on_device
from tts_baseline.pipelines._wordings import shown


class Checked:
    """A pipeline whose answers are checked; passes `provenance` and `close` on."""

    def __init__(
        self,
        pipeline: Pipeline,
        target: str,
        settings: Mapping[str, Any],
        own_switches: Collection[Switch] = (),
    ) -> None:
        self._pipeline, self._target, self._settings = pipeline, target, settings
        self._switches = own_switches

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the pipeline says about itself, else its settings; and proofs of switches that it declares.

        Asked for after loading, whose time it is not part of.
        """
        stated: Mapping[str, Any] = getattr(self._pipeline, "provenance", self._settings)
        if not isinstance(stated, Mapping):
            raise PipelineError(
                f"its provenance is {shown(stated)}, and no mapping of names to text",
                where=self._target,
                hint='provenance = {"voice": "ana"}',
            )
        return {**stated, **switches.provenance(self._switches, self._pipeline)}

    def synthesize(self, request: Request) -> Utterance:
        """The utterance: mono float32, a plausible rate; RequestFailed for anything else."""
        try:
            returned = self._pipeline.synthesize(request)
        except AttributeError as error:
            if error.obj is not request:
                raise
            raise RequestFailed(
                f"{described(error)}: an object's synthesize is handed a Request, not a text",
                where=self._target,
                hint="def synthesize(self, request): text = request.text",
            ) from error
        return utterance(returned, where=self._target)

    def synthesize_batch(self, requests: Sequence[Request]) -> list[Utterance]:
        """The utterances of requests that are spoken together, in their order; each is checked."""
        together = getattr(self._pipeline, "synthesize_batch", None)
        if together is None:
            raise RequestFailed(
                "the pipeline speaks one request at a time: it has no synthesize_batch(requests)",
                where=self._target,
                hint='load = "workers"',
            )
        returned = list(together(requests))
        if len(returned) != len(requests):
            raise RequestFailed(
                f"synthesize_batch gave {len(returned)} utterances for {len(requests)} requests",
                where=self._target,
                hint="return one for each request, in their order",
            )
        return [utterance(each, where=self._target) for each in returned]

    @property
    def streams(self) -> bool:
        """True where the pipeline has a `stream` beside `synthesize`."""
        return getattr(self._pipeline, "stream", None) is not None

    def stream(self, request: Request) -> Iterator[Utterance]:
        """The chunks of the request's utterance as they are made; each is checked."""
        if not self.streams:
            raise RequestFailed("the pipeline has no stream(request)", where=self._target)
        rate = 0
        for returned in self._pipeline.stream(request):  # type: ignore[attr-defined]
            chunk = utterance(returned, where=self._target)
            if rate not in (0, chunk.sample_rate):
                raise RequestFailed(
                    f"the stream goes on at {chunk.sample_rate} Hz after {rate} Hz",
                    where=self._target,
                    hint="yield every chunk at one sample rate",
                )
            rate = chunk.sample_rate
            yield chunk

    @property
    def declared(self) -> tuple[SwitchSpec, ...]:
        """The switches that the pipeline declares itself."""
        return tuple(switch.spec for switch in getattr(self._pipeline, "switches", {}).values())

    @property
    def is_outside(self) -> bool:
        """True where a program that the pipeline starts speaks, so that its memory is the pipeline's."""
        return bool(getattr(self._pipeline, "is_outside", False))

    @property
    def read_alone(self) -> Callable[[Request], object] | None:
        """The pipeline's own way to tell what is read out without making its sound; None without one."""
        return getattr(self._pipeline, "read_out", None)

    def read_out(self, request: Request) -> str | None:
        """What is read out for the request, without its sound where the pipeline can tell it so."""
        alone = self.read_alone
        return self.synthesize(request).text if alone is None else text(alone(request), self._target)

    def close(self) -> None:
        """Close the pipeline, if it can be closed."""
        close = getattr(self._pipeline, "close", None)
        if close is not None:
            close()


def prepare(
    target: str, settings: Mapping[str, Any], *, device: str, optimize: tuple[str, ...]
) -> Callable[[], Checked]:
    """A function that builds and loads the pipeline; its module is imported before this returns.

    Two steps, so that a cold start's import and load are timed apart. Switches that the pipeline declares
    itself are chosen before it is loaded, and applied to it after that.
    """
    find(target)

    def load() -> Checked:
        pipeline = build(target, settings, device=device, optimize=optimize)
        declared = getattr(pipeline, "switches", None)
        chosen = (
            ()
            if declared is None
            else switches.choose(declared, optimize, pipeline=target, device=on_device(device))
        )
        begin = getattr(pipeline, "load", None)
        if begin is not None:
            begin()
        return Checked(switches.applied(chosen, pipeline), target, settings, chosen)

    return load
