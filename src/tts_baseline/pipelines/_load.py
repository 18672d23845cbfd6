"""Turns settings into a pipeline, inside the worker: finds it and builds it."""

from __future__ import annotations

import functools
import importlib
import inspect
import operator
import re
import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tts_baseline.core.environment import has_cuda
from tts_baseline.core.errors import PipelineError, SettingsError, TtsBaselineError
from tts_baseline.core.excerpts import described
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.registry import nearest, pipelines
from tts_baseline.core.switches import Switch
from tts_baseline.pipelines._answers import utterance
from tts_baseline.pipelines._wordings import BESIDE, instead, looked_in, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_TARGET = re.compile(r"\w+(\.\w+)*:\w+(\.\w+)*")
_EXAMPLE = "--tts-pipeline my_project.speech:synthesize"
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
    try:
        module = _run(
            functools.partial(importlib.import_module, name),
            target,
            f"the module {name} cannot be imported",
            hint=f"python -c 'import {name}'",
        )
    except PipelineError as error:
        missing = error.__cause__
        if isinstance(missing, ModuleNotFoundError) and f"{name}.".startswith(f"{missing.name}."):
            raise PipelineError(error.what, where=looked_in(), hint=BESIDE) from missing
        raise
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
    `device` (auto: cuda where there is a GPU) and `optimize` go to what takes them; a pipeline that declares
    `switches` need not take `optimize`.

    Raises PipelineError when it cannot be imported or built, SettingsError for a setting, a device or an
    optimization that it does not take.
    """
    attribute = find(target)
    if not isinstance(attribute, type | ModuleType) and callable(getattr(attribute, "synthesize", None)):
        _check_takes_request(target, attribute)
        _check_optimize(target, attribute, optimize, _arguments(target, {}, settings, device, optimize))
        return attribute  # type: ignore[no-any-return]
    if not callable(attribute):
        raise PipelineError(
            f"{target} is {shown(attribute)}: neither a function nor a pipeline",
            where=target,
            hint=instead(attribute),
        )
    parameters = _parameters(target, attribute)
    required = [
        p for p in parameters.values() if p.default is inspect.Parameter.empty and p.kind not in _ANY_NUMBER
    ]
    takes_text = [p.name for p in required if p.kind in _POSITIONAL and p.name not in _OURS]
    if isinstance(attribute, type) or not takes_text:
        arguments = _arguments(target, parameters, settings, device, optimize)
        pipeline = _from_factory(target, attribute, required, arguments)
        _check_optimize(target, pipeline, optimize, arguments)
        return pipeline
    if len(required) > 1:
        raise PipelineError(
            f"{target} requires {len(required)} parameters ({', '.join(p.name for p in required)}): it is "
            "neither synthesize(text) nor a factory",
            where=target,
            hint=f"--tts-pipeline {target.rpartition('.')[0]}"
            if required[0].name == "self"
            else "take the text alone; a factory's parameters need defaults, or be keyword-only",
        )
    options = {n: p for n, p in parameters.items() if n != takes_text[0] and p.kind not in _ANY_NUMBER}
    arguments = _arguments(target, options, settings, device, optimize)
    _check_optimize(target, attribute, optimize, arguments)
    own = _OfChunks if inspect.isgeneratorfunction(attribute) else _OfText
    return own(speak=functools.partial(attribute, **arguments), target=target)


class _OfText(Struct, frozen=True):
    speak: Callable[[str], object]
    target: str

    def synthesize(self, request: Request) -> Utterance:
        return utterance(self.speak(request.text), where=self.target)


class _OfChunks(_OfText, frozen=True):
    """A generator function of one text: what it yields is a stream, too."""

    def stream(self, request: Request) -> object:
        return self.speak(request.text)


def _run(step: Callable[[], Any], target: str, what: str, *, hint: str = "") -> Any:
    try:
        return step()
    except TtsBaselineError:
        raise
    except (Exception, SystemExit) as error:
        raise PipelineError(f"{what}: {described(error)}", where=_place(target, error), hint=hint) from error


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
        device = on_device(device)
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
    if device == "cuda" and "device" not in own:
        raise SettingsError(
            f"{target} takes no device, so --tts-device would not act",
            where=target,
            hint="leave out --tts-device, or give the pipeline a parameter named device",
        )
    return {**settings, **own}


def _check_optimize(
    target: str, pipeline: object, optimize: tuple[str, ...], arguments: Mapping[str, Any]
) -> None:
    """Refuse switches that would not act: nothing declares them, and nothing was handed them."""
    handed = "optimize" in arguments or "optimize" in arguments.get("settings", {})
    declared = getattr(pipeline, "switches", None)
    if declared is not None:
        _check_declared(target, declared)
    elif optimize and not handed:
        raise SettingsError(
            f"{target} takes no optimize, so --tts-optimize would not act",
            where=target,
            hint="leave out --tts-optimize, or declare switches = {…} on the pipeline",
        )


def _check_declared(target: str, declared: object) -> None:
    is_mapping = isinstance(declared, Mapping) and all(
        isinstance(switch, Switch) and switch.spec.name == name for name, switch in declared.items()
    )
    if not is_mapping:
        raise PipelineError(
            f"the switches of {target} are no mapping of names to tts_baseline.core.switches.Switch",
            where=target,
            hint='declare switches = {"fast": Switch(SwitchSpec(name="fast", …), apply, proof)}',
        )


def _check_taken(target: str, settings: Mapping[str, Any], taken: Collection[str]) -> None:
    for name in settings:
        if name not in taken:
            raise SettingsError(
                f"{target} takes no setting {name!r}{nearest(name, taken)}; it takes: "
                + (", ".join(taken) or "none"),
                where=_table(target),
                hint=f"remove {name} from the table, or correct it",
            )


def on_device(device: str) -> str:
    """The device, auto being cuda where there is a GPU."""
    return ("cuda" if has_cuda() else "cpu") if device == "auto" else device


def _from_factory(
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
    pipeline = _run(functools.partial(factory, **arguments), target, f"{target} failed")
    if not callable(getattr(pipeline, "synthesize", None)):
        what = f"{target} takes no text, so it is a factory, but it made {shown(pipeline)} without synthesize"
        if isinstance(factory, type):
            what = f"the class {target} has no synthesize{nearest('synthesize', dir(factory))}"
        raise PipelineError(what, where=target, hint=instead(pipeline))
    _check_takes_request(target, pipeline)
    return pipeline  # type: ignore[no-any-return]


def _check_takes_request(target: str, pipeline: object) -> None:
    """Refuse an object whose method wants a text: it would say the request's representation, or fail."""
    try:
        parameters = inspect.signature(pipeline.synthesize).parameters.values()  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return
    first = next(iter(parameters), None)
    if first is not None and (first.name == "text" or first.annotation in (str, "str")):
        raise PipelineError(
            f"synthesize({first}) of {target} wants a text, but an object is handed a Request",
            where=target,
            hint="def synthesize(self, request): text = request.text   (or name a function of one text)",
        )


def _place(target: str, error: BaseException) -> str:
    machinery = ("<frozen", importlib.__file__, __file__)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(machinery)]
    return f"{target}, {frames[-1].filename}:{frames[-1].lineno}" if frames else target


def _table(target: str) -> str:
    return f"the settings of {target}, [tool.tts-baseline.pipelines.<name>]"
