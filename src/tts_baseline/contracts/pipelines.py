"""The promises of every pipeline, as checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tts_baseline.core.errors import ContractBroken, RequestFailed
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.sounds import unrecordable
from tts_baseline.pipelines import _load
from tts_baseline.pipelines._answers import utterance

_QUESTION = Request(text="¿Qué hora es en Bogotá? Son las tres y media.", seed=3)
_OTHER = Request(text="Otra frase, para que cambie lo que haya de cambiar.")
_ODD_TEXTS = ("", " \n\t", "\0", "¿¡…!?", "½ 🙂 你好", "ß" * 500)
_SHORTEST_S = 0.5  # chosen: nobody says `_QUESTION` faster


def check_pipeline(
    pipeline: str | Pipeline,
    settings: Mapping[str, Any] | None = None,
    *,
    device: str = "cpu",
    optimize: tuple[str, ...] = (),
    reproducible: bool = True,
) -> None:
    """Nothing; raises ContractBroken with the first promise below that the pipeline breaks.

    `pipeline` is a registered name, `module:attribute`, or an object that is not loaded yet. A named one is
    built with `settings`, `device` and `optimize`, as in a run. Without `reproducible` the same request may
    give another utterance. Raises PipelineError or SettingsError if it cannot be built.
    """
    if isinstance(pipeline, str):
        name, target = pipeline, _load.resolve(pipeline)
        closes_unloaded(name, _load.build(target, settings or {}, device=device, optimize=optimize))
        candidate = _load.build(target, settings or {}, device=device, optimize=optimize)
    else:
        name, candidate = type(pipeline).__name__, pipeline
    _optional(candidate, "load")()
    try:
        describes_itself(name, candidate)
        speaks(name, candidate)
        if reproducible:
            repeats_itself(name, candidate)
        survives_any_text(name, candidate)
    finally:
        _optional(candidate, "close")()
        _optional(candidate, "close")()


def closes_unloaded(name: str, pipeline: Pipeline) -> None:
    """It can be closed before it was loaded, and twice."""
    for _ in range(2):
        try:
            _optional(pipeline, "close")()
        except Exception as error:
            raise _broken(
                name, f"close() before load() raised {error!r}", "free only what is there"
            ) from error


def describes_itself(name: str, pipeline: Pipeline) -> None:
    """It has `synthesize`, and its `provenance`, if any, maps names to text."""
    _holds(
        name, isinstance(pipeline, Pipeline), "it has no synthesize(request)", "def synthesize(self, request)"
    )
    provenance = getattr(pipeline, "provenance", {})
    is_text = all(isinstance(text, str) and text for item in provenance.items() for text in item)
    _holds(name, is_text, f"its provenance is {provenance!r}", "non-empty text by name, as voice='ana'")


def speaks(name: str, pipeline: Pipeline) -> None:
    """A plain sentence gives more than half a second of audio."""
    heard = _spoken(name, pipeline, _QUESTION)
    length = heard.samples.size / heard.sample_rate
    _holds(name, length > _SHORTEST_S, f"a sentence took {length:.2f} s of audio", "return all samples")
    _holds(name, bool(heard.samples.any()), "a sentence is silent", "return what was spoken")


def repeats_itself(name: str, pipeline: Pipeline) -> None:
    """The same request gives the same utterance, bit for bit, also after another request."""
    first = _spoken(name, pipeline, _QUESTION)
    _spoken(name, pipeline, _OTHER)
    again = _spoken(name, pipeline, _QUESTION)
    remedy = "seed what is random by request.seed, or check with reproducible=False"
    same = again.samples.tobytes() == first.samples.tobytes() and again.sample_rate == first.sample_rate
    _holds(name, same, "the same request gave other samples", remedy)
    _holds(name, again.phones == first.phones, "the same request gave other phones", remedy)
    _holds(
        name,
        again.text == first.text,
        f"the same request was read {first.text!r}, then {again.text!r}",
        remedy,
    )
    stages = f"the same request had the stages {list(first.stages)}, then {list(again.stages)}"
    _holds(name, again.stages.keys() == first.stages.keys(), stages, "name every stage in every answer")


def survives_any_text(name: str, pipeline: Pipeline) -> None:
    """It speaks any text, or raises RequestFailed, and speaks a plain sentence afterwards."""
    for text in _ODD_TEXTS:
        try:
            _heard(name, pipeline, Request(text=text))
        except RequestFailed:
            continue
    speaks(name, pipeline)


def well_formed(name: str, returned: object) -> Utterance:
    """The utterance that a pipeline returned: finite samples within [-1, 1], a plausible rate."""
    try:
        heard = utterance(returned)
    except RequestFailed as error:
        raise _broken(name, error.what, error.hint) from error
    broken = unrecordable(heard.samples) if heard.samples.size else ""
    _holds(name, not broken, f"samples are not within [-1, 1]: {broken}", "scale or clip them")
    return heard


def _spoken(name: str, pipeline: Pipeline, request: Request) -> Utterance:
    """The utterance of a plain sentence, which no pipeline may refuse."""
    try:
        return _heard(name, pipeline, request)
    except RequestFailed as error:
        raise _broken(name, f"it refused a plain sentence: {error.what}", "speak it") from error


def _heard(name: str, pipeline: Pipeline, request: Request) -> Utterance:
    try:
        returned = pipeline.synthesize(request)
    except RequestFailed:
        raise
    except Exception as error:
        what = f"{request.text!r} raised {error!r}"
        raise _broken(name, what, "speak it, or raise tts_baseline.extend.RequestFailed") from error
    return well_formed(name, returned)


def _optional(pipeline: Pipeline, method: str) -> Callable[[], object]:
    return getattr(pipeline, method, lambda: None)


def _holds(name: str, promise: bool, what: str, remedy: str) -> None:  # noqa: FBT001
    if not promise:
        raise _broken(name, what, remedy)


def _broken(name: str, what: str, remedy: str) -> ContractBroken:
    return ContractBroken(f"the pipeline {name!r}: {what}", where="what a pipeline promises", hint=remedy)
