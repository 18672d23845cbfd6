"""Turns settings into a live pipeline, inside the worker: finds it, builds it, and checks what it returns."""

from __future__ import annotations

import functools
import importlib
import inspect
import math
import operator
import re
import traceback
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tts_baseline.core.environment import has_cuda
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError, TtsBaselineError
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Phone, Request, Utterance
from tts_baseline.core.registry import nearest, pipelines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import numpy as np

_TARGET = re.compile(r"\w+(\.\w+)*:\w+(\.\w+)*")
_EXAMPLE = "--tts-pipeline my_project.speech:synthesize"
_FORMS = "write synthesize(text), which returns (samples, sample_rate), or an object with synthesize(request)"
_SAMPLE_RATES = range(4_000, 192_001)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_OURS = ("settings", "device", "optimize")
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def resolve(name: str) -> str:
    """Where the named pipeline is, as `module:attribute`: a registered name's factory, or the name itself.

    Raises PipelineError for anything else, naming the nearest registered name.
    """
    registered = pipelines()
    if name in registered:
        return registered[name]
    if _TARGET.fullmatch(name):
        return name
    raise PipelineError(
        f"no pipeline is named {name!r}{nearest(name, registered)}; registered: {', '.join(registered)}",
        where="a pipeline is a registered name or package.module:attribute",
        hint=_EXAMPLE,
    )


def find(target: str) -> Any:
    """What `module:attribute` names, its module imported; PipelineError where either fails."""
    name, _, path = target.partition(":")
    module = _run(
        functools.partial(importlib.import_module, name),
        target,
        f"the module {name} cannot be imported",
        hint=f"python -c 'import {name}'",
    )
    try:
        return operator.attrgetter(path)(module)
    except AttributeError as error:
        raise PipelineError(
            f"the module {name} has no {path!r}{nearest(path, dir(module))}",
            where=str(getattr(module, "__file__", name)),
            hint=_EXAMPLE,
        ) from error


def build(target: str, settings: Mapping[str, Any], *, device: str, optimize: tuple[str, ...]) -> Pipeline:
    """The pipeline at `module:attribute`, built but not loaded.

    The attribute is an object with `synthesize(request)`; or a class, or a function without a required
    parameter but `settings`, which is called with the settings; or a function of one text.
    `device` (auto: cuda where there is a GPU) and `optimize` go to what takes them.

    Raises PipelineError when it cannot be imported or built, SettingsError for a setting, a device or an
    optimization that it does not take.
    """
    attribute = find(target)
    if not isinstance(attribute, type) and callable(getattr(attribute, "synthesize", None)):
        _arguments(target, {}, settings, device, optimize)
        return attribute  # type: ignore[no-any-return]
    if not callable(attribute):
        raise PipelineError(
            f"{target} is of type {type(attribute).__name__}: neither a function nor a pipeline",
            where=target,
            hint=_FORMS,
        )
    parameters = _parameters(target, attribute)
    required = [
        p for p in parameters.values() if p.default is inspect.Parameter.empty and p.kind not in _ANY_NUMBER
    ]
    takes_text = [p.name for p in required if p.kind in _POSITIONAL and p.name not in _OURS]
    if isinstance(attribute, type) or not takes_text:
        return _made(target, attribute, required, _arguments(target, parameters, settings, device, optimize))
    if len(required) > 1:
        raise PipelineError(
            f"{target} requires {len(required)} parameters ({', '.join(p.name for p in required)}): it is "
            "neither synthesize(text) nor a factory",
            where=target,
            hint="take the text alone; a factory's parameters need defaults, or be keyword-only",
        )
    options = {n: p for n, p in parameters.items() if n != takes_text[0] and p.kind not in _ANY_NUMBER}
    arguments = _arguments(target, options, settings, device, optimize)
    return _OfText(speak=functools.partial(attribute, **arguments), target=target)


def utterance(result: object, *, where: str = "") -> Utterance:
    """What a pipeline returned, an Utterance or (samples, sample rate), as an Utterance to rely on.

    Its samples are a copy: one-dimensional contiguous float32, as many as were returned, NaN included.
    float16, float32 and float64 keep their values, int16 is divided by 32768, (1, n) and (n, 1) become (n,).

    Raises RequestFailed for other shapes and types, a sample rate that is no whole number from 4,000 to
    192,000 Hz, and stage times that are not seconds.
    """
    if isinstance(result, Utterance):
        return Utterance(
            samples=_samples(result.samples, where),
            sample_rate=_sample_rate(result.sample_rate, where),
            stages=_stages(result.stages, where),
            phones=_phones(result.phones, where),
        )
    if isinstance(result, tuple | list) and len(result) == 2:
        return Utterance(samples=_samples(result[0], where), sample_rate=_sample_rate(result[1], where))
    raise _failed(f"the pipeline returned {_kind(result)}, not an Utterance or (samples, sample_rate)", where)


class _OfText(Struct, frozen=True):
    speak: Callable[[str], object]
    target: str

    def synthesize(self, request: Request) -> Utterance:
        return utterance(self.speak(request.text), where=self.target)


def _run(step: Callable[[], Any], target: str, what: str, *, hint: str = "") -> Any:
    try:
        return step()
    except TtsBaselineError:
        raise
    except (Exception, SystemExit) as error:
        raise PipelineError(f"{what}: {_told(error)}", where=_place(target, error), hint=hint) from error


def _parameters(target: str, attribute: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(attribute).parameters
    except (TypeError, ValueError) as error:
        raise PipelineError(
            f"{target} does not say which parameters it takes: {error}",
            where=target,
            hint="wrap it: def synthesize(text): …",
        ) from error


def _arguments(
    target: str,
    parameters: Mapping[str, inspect.Parameter],
    settings: Mapping[str, Any],
    device: str,
    optimize: tuple[str, ...],
) -> dict[str, Any]:
    named = [name for name, p in parameters.items() if p.kind in _BY_NAME]
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    if device == "auto" and (open_ended or {"device", "settings"} & set(named)):
        device = "cuda" if has_cuda() else "cpu"
    chosen: dict[str, Any] = {"device": device, "optimize": optimize}
    for name in chosen.keys() & settings.keys():
        raise SettingsError(
            f"{name} is not a setting of a pipeline", where=_table(target), hint=f"use --tts-{name} instead"
        )
    own = {name: value for name, value in chosen.items() if name in named}
    if "settings" in named:
        return {"settings": {**settings, **{k: v for k, v in chosen.items() if k not in own}}, **own}
    if open_ended:
        return {**settings, **chosen}
    _check_taken(target, settings, [name for name in named if name not in chosen])
    for name, in_vain in (("device", device == "cuda"), ("optimize", bool(optimize))):
        if in_vain and name not in own:
            raise SettingsError(
                f"{target} takes no {name}, so --tts-{name} would not act",
                where=target,
                hint=f"leave out --tts-{name}, or give the pipeline a parameter named {name}",
            )
    return {**settings, **own}


def _check_taken(target: str, settings: Mapping[str, Any], taken: Collection[str]) -> None:
    for name in settings:
        if name not in taken:
            raise SettingsError(
                f"{target} takes no setting {name!r}{nearest(name, taken)}; it takes: "
                + (", ".join(taken) or "none"),
                where=_table(target),
                hint=f"remove {name} from the table, or correct it",
            )


def _made(
    target: str,
    factory: Callable[..., Any],
    required: Collection[inspect.Parameter],
    arguments: dict[str, Any],
) -> Pipeline:
    missing = [p.name for p in required if p.name not in arguments]
    if missing:
        raise SettingsError(
            f"{target} needs the setting {', '.join(missing)}",
            where=_table(target),
            hint=f"set {missing[0]} in that table",
        )
    made = _run(functools.partial(factory, **arguments), target, f"{target} failed")
    if not callable(getattr(made, "synthesize", None)):
        raise PipelineError(
            f"{target} takes no text, so it is a factory, but it made {_kind(made)} without synthesize",
            where=target,
            hint=_FORMS,
        )
    return made  # type: ignore[no-any-return]


def _samples(value: object, where: str) -> np.ndarray[Any, Any]:
    import numpy as np  # not at the top: the session resolves names with this module, in pytest's process

    try:
        array = np.asarray(value)
    except Exception as error:
        raise _failed(f"the samples are no array: {_told(error)}", where) from error
    is_int16 = array.dtype.kind == "i" and array.dtype.itemsize == 2
    if array.dtype.kind != "f" and not is_int16:
        raise _failed(f"the samples are of type {array.dtype}, not float in [-1, 1] or int16", where)
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise _failed(f"the samples have the shape {array.shape}; mono is one row of samples, (n,)", where)
    if is_int16:
        return array.astype(np.float32) / np.float32(32768)
    with np.errstate(over="ignore"):
        # A pipeline may write its next answer into the same memory.
        return np.array(array, dtype=np.float32, order="C", copy=True)


def _sample_rate(value: object, where: str) -> int:
    try:
        rate = operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise _failed(f"the sample rate is {_kind(value)}, not a whole number of Hz", where) from error
    if rate not in _SAMPLE_RATES:
        raise _failed(
            f"the sample rate is {rate} Hz, outside {_SAMPLE_RATES.start} to {_SAMPLE_RATES.stop - 1}", where
        )
    return rate


def _stages(value: Mapping[str, float], where: str) -> dict[str, float]:
    try:
        stages = {str(name): float(seconds) for name, seconds in value.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _failed(f"the stages are no mapping of names to seconds: {_told(error)}", where) from error
    for name, seconds in stages.items():
        if not (math.isfinite(seconds) and seconds >= 0):
            raise _failed(f"the stage {name!r} took {seconds:g} seconds", where)
    return stages


def _phones(value: Collection[Phone], where: str) -> tuple[Phone, ...]:
    if not isinstance(value, tuple | list) or not all(isinstance(phone, Phone) for phone in value):
        raise _failed("the phones are not a tuple of tts_baseline.core.records.Phone", where)
    return tuple(value)


def _failed(what: str, where: str) -> RequestFailed:
    return RequestFailed(what, where=where, hint=_FORMS)


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _place(target: str, error: BaseException) -> str:
    machinery = ("<frozen", importlib.__file__, __file__)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(machinery)]
    return f"{target}, {frames[-1].filename}:{frames[-1].lineno}" if frames else target


def _table(target: str) -> str:
    return f"the settings of {target}, [tool.tts-baseline.pipelines.<name>]"
