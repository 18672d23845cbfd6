"""What a worker builds a pipeline with: import now, load later, and check everything that it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.pipelines._load import build, find, utterance


class Checked:
    """A pipeline whose answers are checked; passes `provenance` and `close` on."""

    def __init__(self, pipeline: Pipeline, target: str, settings: Mapping[str, Any]) -> None:
        self._pipeline, self._target, self._settings = pipeline, target, settings

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the pipeline says about itself, or else the settings that it was built with.

        Asked for after loading, whose time it is not part of.
        """
        said: Mapping[str, Any] = getattr(self._pipeline, "provenance", self._settings)
        return said

    def synthesize(self, request: Request) -> Utterance:
        """The utterance: mono float32, a plausible rate; RequestFailed for anything else."""
        return utterance(self._pipeline.synthesize(request), where=self._target)

    def close(self) -> None:
        """Close the pipeline, if it can be closed."""
        close = getattr(self._pipeline, "close", None)
        if close is not None:
            close()


def prepare(
    target: str, settings: Mapping[str, Any], *, device: str, optimize: tuple[str, ...]
) -> Callable[[], Checked]:
    """A function that builds and loads the pipeline; its module is imported before this returns.

    Two steps, so that a cold start's import and load are timed apart.
    """
    find(target)

    def load() -> Checked:
        pipeline = build(target, settings, device=device, optimize=optimize)
        begin = getattr(pipeline, "load", None)
        if begin is not None:
            begin()
        return Checked(pipeline, target, settings)

    return load
