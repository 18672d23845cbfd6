"""What a report format declares, and how the files in `formats/` are found."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Literal, NamedTuple

from msgspec import Struct

from tts_baseline.core import registry
from tts_baseline.core.errors import RegistryError
from tts_baseline.core.outcome import Outcome

FORMATS = "tts_baseline.report.formats"


class FormatSpec(Struct, frozen=True, kw_only=True):
    """How a report format is named, what it shows and where it goes. `name` is its file's name.

    of:    "run"        `render(outcome, view)` shows an Outcome;
           "baselines"  `render(folder)` shows everything that was accepted under a folder of baselines.
    file:  its name in the folder of each run, into which every run writes it; empty where it is only shown.
    reader:  whom it is for: `export` writes those for programs.
    """

    name: str
    of: Literal["run", "baselines"] = "run"
    file: str = ""
    reader: Literal["people", "programs"] = "people"


class View(Struct, frozen=True, kw_only=True):
    """How the reader wants a run shown: columns of the terminal, every case's readings, ANSI colors.

    A format takes what applies to it.
    """

    width: int = 80
    verbose: bool = False
    color: bool = False


class ReportFormat(NamedTuple):
    """A registered format: its declaration, the function that renders it, what it is in one line."""

    spec: FormatSpec
    render: Callable[..., str]
    doc: str


def pages(outcome: Outcome) -> dict[str, str]:
    """What is written into a run's folder: file name to text."""
    shown = (format for format in formats().values() if format.spec.file)
    return {format.spec.file: format.render(outcome, View()) for format in shown}


@functools.cache
def formats() -> Mapping[str, ReportFormat]:
    """Every registered report format by name, in the order of their names.

    Other distributions add theirs under the entry points `tts_baseline.report.formats`. Raises RegistryError
    for two formats of one name and for a name that is not its file's.
    """
    modules = sorted(registry.declared(FORMATS, "report formats"), key=lambda module: module.SPEC.name)
    return {module.SPEC.name: _registered(module) for module in modules}


def _registered(module: ModuleType) -> ReportFormat:
    file = module.__name__.rpartition(".")[2]
    if module.SPEC.name != file:
        raise RegistryError(
            f"{module.__name__} declares the report format {module.SPEC.name!r}",
            where=str(module.__file__),
            hint=f"name the file {module.SPEC.name}.py or the report format {file!r}",
        )
    if not callable(getattr(module, "render", None)):
        raise RegistryError(
            f"the report format {file!r} has no function render",
            where=str(module.__file__),
            hint="add `def render(outcome: Outcome, view: View) -> str`",
        )
    return ReportFormat(module.SPEC, module.render, registry.summary(module))
