"""The distributions that a run depends on, as metrics and pipelines declare them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from pathlib import Path

from tts_baseline.core.files import read_bounded
from tts_baseline.core.registry import metrics, pipelines

# Every run depends on these: samples are numpy arrays.
_ALWAYS = ("pytest-tts-baseline", "numpy")
_NAME = "PACKAGES"
_LARGEST = 2**24  # chosen: 16 MiB; a longer source is not written by hand


def declared(target: str = "", paths: Sequence[Path] = ()) -> tuple[str, ...]:
    """The distributions that registered metrics and pipelines, and the pipeline at `target`, declare; sorted.

    A metric declares them in `MetricSpec.packages`, a pipeline's module by `PACKAGES = ("torch", …)`. That is
    read from its source, because importing it may take seconds. `paths` are searched before `sys.path`. What
    a metric with a model computes with is recorded beside the model (session/ears.py).
    """
    plain = (metric.spec for metric in metrics().values() if not metric.spec.needs)
    names = {*_ALWAYS, *(name for spec in plain for name in spec.packages)}
    for place in {*pipelines().values(), target} - {""}:
        names.update(_of_module(place.partition(":")[0], paths))
    return tuple(sorted(names))


def _of_module(module: str, paths: Sequence[Path]) -> Sequence[str]:
    file = _source(module, paths)
    if file is None:
        return ()
    try:
        statements = ast.parse(read_bounded(file, _LARGEST)).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # the worker reports it when it imports the module
    for statement in statements:
        if isinstance(statement, ast.Assign) and _NAME in (getattr(t, "id", "") for t in statement.targets):
            constants = (node.value for node in ast.walk(statement.value) if isinstance(node, ast.Constant))
            return [value for value in constants if isinstance(value, str)]
    return ()


def _source(module: str, paths: Sequence[Path]) -> Path | None:
    for folder in (*paths, *map(Path, sys.path)):
        place = folder.joinpath(*module.split("."))
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file
    return None
