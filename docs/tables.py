"""Writes the tables of this manual from what the code declares: `make tables`.

A table stands between two marks, `<!-- table of metrics: make tables -->` and `<!-- end of table -->`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType

from tts_baseline import cli
from tts_baseline.core import registry
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.switches import SwitchSpec
from tts_baseline.core.switches import switches as switches_of
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.metrics import features as shared
from tts_baseline.pipelines import command as command_pipeline
from tts_baseline.pipelines import http as http_pipeline
from tts_baseline.pipelines.f5_spanish.post.steps import STEPS
from tts_baseline.report.format import formats as registered_formats

HERE = Path(__file__).parent
_TABLE = re.compile(r"(<!-- table of (\w+): make tables -->\n).*?(<!-- end of table -->)", re.DOTALL)


def main() -> None:
    """Fill the tables of every page."""
    for page in HERE.rglob("*.md"):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


def filled(page: str) -> str:
    """The page with its tables as the code declares them now."""
    return _TABLE.sub(lambda match: f"{match[1]}\n{TABLES[match[2]]()}\n{match[3]}", page)


def metrics() -> str:
    """One row a registered metric."""
    declared = [(metric.spec, metric.doc) for metric in registry.metrics().values()]
    return table(
        ("metric", "what", "better", "limit", "decided by", "one case alone"),
        (
            (
                f"`{spec.name}`",
                doc,
                spec.better,
                "reported" if spec.limit is None else spec.limit + (f", as `{spec.gate}`" * bool(spec.gate)),
                f"`{spec.decide}`" if spec.limit is not None else "",
                f"{spec.gross:g} limits" if spec.gross else "",
            )
            for spec, doc in declared
        ),
    )


def options() -> str:
    """One row an option that pytest and `tts-baseline` share."""
    rows = (
        (f"`{name}`", ", ".join(option.get("choices") or (option.get("metavar", "nothing"),)), option["help"])
        for name, option in OPTIONS.items()
    )
    return table(("name", "takes", "meaning"), rows)


def pipelines() -> str:
    """One row a registered pipeline."""
    modules = {name: factory.partition(":")[0] for name, factory in registry.pipelines().items()}
    return table(("pipeline", "what"), ((f"`{n}`", _summary(m)) for n, m in modules.items()))


def commands() -> str:
    """One row a command of `tts-baseline`."""
    rows = ((f"`tts-baseline {name}`", what) for name, what in _files(cli))
    return table(("command", "what it does"), rows)


def steps() -> str:
    """One row a step of post-processing, in their order."""
    rows = ((f"`{step.name}`", f"`{step.setting}`", step.scope, f"`{step.stage}`") for step in STEPS)
    return table(("step", "set by", "hears at once", "timed as"), rows)


def faults() -> str:
    """One row a fault that `certify --sound` plants."""
    return table(
        ("fault", "what is done", "strengths, faint to gross", "gates that name it"),
        (
            (
                fault.name,
                fault.what,
                ", ".join(
                    f"**{shown}**" if strength == fault.middle else shown
                    for strength in fault.strengths
                    for shown in (fault.at(strength),)
                ),
                ", ".join(f"`{gate}`" for gate in sorted(fault.gates)),
            )
            for fault in FAULTS
        ),
    )


def features() -> str:
    """One row a feature that metrics share."""
    return table(("feature", "what"), ((f"`{name}`", what) for name, what in _files(shared)))


def switches() -> str:
    """One row a switch of `f5_spanish`."""
    return table(
        ("switch", "what", "samples", "devices", "not beside"),
        (
            (
                f"`{name}`",
                switch.doc,
                _equality(switch.spec),
                ", ".join(map(partial(_device, switch.spec), switch.spec.needs.devices)),
                ", ".join(f"`{other}`" for other in switch.spec.excludes),
            )
            for name, switch in switches_of("f5_spanish").items()
        ),
    )


def _device(spec: SwitchSpec, device: str) -> str:
    """A device, and what its processor must be able to do."""
    instructions = " or ".join(f"`{name}`" for name in spec.needs.instructions)
    return f"{device} with {instructions}" if device == "cpu" and instructions else device


def formats() -> str:
    """One row a report format."""
    return table(
        ("format", "what", "in each run's folder"),
        (
            (f"`{name}`", report.doc, f"`{report.spec.file}`" if report.spec.file else "")
            for name, report in registered_formats().items()
        ),
    )


def http() -> str:
    """One row a setting of the pipeline `http`."""
    return _settings(http_pipeline.create)


def command() -> str:
    """One row a setting of the pipeline `command`."""
    return _settings(command_pipeline.create)


def _settings(create: Callable[..., object]) -> str:
    """One row a setting of a pipeline, as the docstring of its factory tells them."""
    told = re.findall(r"^((?:\w+, )*\w+): (.*(?:\n    .+)*)", inspect.getdoc(create) or "", re.MULTILINE)
    defaults = {name: parameter.default for name, parameter in inspect.signature(create).parameters.items()}
    return table(
        ("setting", "default", "meaning"),
        (
            (f"`{name}`", _default(defaults[name]), " ".join(meaning.split()))
            for names, meaning in told
            for name in names.split(", ")
        ),
    )


TABLES: Mapping[str, Callable[[], str]] = {
    "metrics": metrics,
    "options": options,
    "pipelines": pipelines,
    "commands": commands,
    "faults": faults,
    "features": features,
    "switches": switches,
    "formats": formats,
    "steps": steps,
    "http": http,
    "command": command,
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its last line ended."""
    lines = [list(head)]
    lines += [["---"] * len(lines[0]), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _files(folder: ModuleType) -> Iterator[tuple[str, str]]:
    """The public modules of a folder, and what each says that it is."""
    for info in pkgutil.iter_modules(folder.__path__):
        if not info.name.startswith("_"):
            yield info.name, _summary(f"{folder.__name__}.{info.name}")


def _equality(spec: SwitchSpec) -> str:
    bounds = {"numeric": f", error <= {spec.bound} of the peak", "perceptual": f", SNR >= {spec.bound} dB"}
    return f"{spec.equality}{bounds.get(spec.equality, '')}"


def _default(value: object) -> str:
    if value is inspect.Parameter.empty:
        return "required"
    return "" if value is None else f"`{value!r}`".replace("'", '"')


def _summary(module: str) -> str:
    return (importlib.import_module(module).__doc__ or "").strip().partition("\n")[0]


if __name__ == "__main__":
    main()
