"""Finds metrics and pipelines in their folders and entry points, without importing anything heavy.

The file's name is the name in the registry, in options and in JSON. A module below `metrics/` with `SPEC` and
`read` is a metric; a module or package in `pipelines/` with `create` is a pipeline. Other distributions add
theirs under the entry points `tts_baseline.metrics` and `tts_baseline.pipelines`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from tts_baseline.core.errors import RegistryError
from tts_baseline.core.protocols import FAMILIES, Metric, MetricSpec

METRICS = "tts_baseline.metrics"
PIPELINES = "tts_baseline.pipelines"


@functools.cache
def metrics() -> Mapping[str, Metric]:
    """Every registered metric by name, sorted by family, then by name.

    Raises RegistryError if two metrics have one name, or a name differs from its file's.
    """
    known = [registered(module) for module in declared(METRICS, "metrics")]
    known.sort(key=lambda metric: (FAMILIES.index(metric.spec.family), metric.spec.name))
    return {metric.spec.name: metric for metric in known}


def registered(module: ModuleType) -> Metric:
    """The metric that a module declares: `SPEC`, `read`, and the first line of its docstring.

    Raises RegistryError if `SPEC` or `read` is missing, or the name differs from the file's.
    """
    file = module.__name__.rpartition(".")[2]
    where = str(getattr(module, "__file__", module.__name__))
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, MetricSpec):
        raise RegistryError(
            f"{module.__name__} declares no metric",
            where=where,
            hint="add `SPEC = MetricSpec(...)`",
        )
    if spec.name != file:
        raise RegistryError(
            f"{module.__name__} declares the metric {spec.name!r}",
            where=where,
            hint=f"name the file {spec.name}.py or the metric {file!r}",
        )
    if not callable(getattr(module, "read", None)):
        raise RegistryError(
            f"the metric {spec.name!r} has no function read(evidence)",
            where=where,
            hint="add `def read(evidence: Evidence) -> Reading`",
        )
    return Metric(spec, module.read, summary(module), getattr(module, "places", None))


@functools.cache
def gates() -> Mapping[str, MetricSpec]:
    """The metrics that have a default limit, by the name under which they are judged."""
    return {m.spec.key: m.spec for m in metrics().values() if m.spec.limit is not None}


def needed() -> tuple[str, ...]:
    """What metrics listen with, by the keys of `[tool.tts-baseline.ears]`; sorted."""
    return tuple(sorted({m.spec.needs for m in metrics().values() if m.spec.needs}))


def headlines() -> tuple[str, ...]:
    """The metrics that `review` shows beside a trend: those without golden first."""
    shown = [metric.spec for metric in metrics().values() if metric.spec.headline]
    return tuple(spec.name for spec in sorted(shown, key=lambda spec: spec.golden))


@functools.cache
def ratio_gates() -> tuple[str, ...]:
    """The gates that compare ratios: times and sizes."""
    return tuple(key for key, spec in gates().items() if spec.decide == "ratio")


@functools.cache
def judged_gates() -> tuple[str, ...]:
    """Those of them that the judge measures."""
    return tuple(key for key in ratio_gates() if gates()[key].is_paired)


@functools.cache
def pipelines() -> Mapping[str, str]:
    """The factory of every registered pipeline, as `module:attribute`, by name."""
    from importlib.metadata import entry_points

    known: dict[str, str] = {}
    folder = importlib.import_module(PIPELINES)
    for info in pkgutil.iter_modules(folder.__path__):
        if not info.name.startswith("_"):
            known[info.name] = f"{PIPELINES}.{info.name}:create"
    for point in entry_points(group=PIPELINES):
        if point.name in known:
            raise RegistryError(
                f"two pipelines are named {point.name!r}: {known[point.name]} and {point.value}",
                hint=f"rename the entry point {point.name!r} in the distribution that adds it",
            )
        known[point.name] = point.value
    return known


def nearest(name: str, known: Iterable[str]) -> str:
    """' (did you mean 'x'?)' for the closest known name, else an empty string."""
    # chosen: 0.5, below difflib's 0.6, because short names with one wrong letter still deserve a guess
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def declared(root: str, kinds: str) -> list[ModuleType]:
    """The modules of a package, and of the entry points of that name, that have a `SPEC`.

    Raises RegistryError if two have one name; `kinds` is their plural in the message.
    """
    known: dict[str, ModuleType] = {}
    for module in modules(root):
        if not hasattr(module, "SPEC"):
            continue
        twin = known.setdefault(module.SPEC.name, module)
        if twin is not module:
            raise RegistryError(
                f"two {kinds} are named {module.SPEC.name!r}: {twin.__name__} and {module.__name__}",
                hint=f"rename {module.__name__.rpartition('.')[2]}.py and its SPEC.name",
            )
    return list(known.values())


def summary(module: ModuleType) -> str:
    """The first line of a module's docstring."""
    return (module.__doc__ or "").strip().partition("\n")[0]


def modules(root: str) -> Iterator[ModuleType]:
    """The imported modules of a package, then those of the entry points of that name."""
    from importlib.metadata import entry_points

    folder = importlib.import_module(root)
    for info in pkgutil.walk_packages(folder.__path__, prefix=f"{root}."):
        if not info.ispkg:
            yield importlib.import_module(info.name)
    for point in entry_points(group=root):
        try:
            module = importlib.import_module(point.module)
        except ImportError as error:
            raise RegistryError(
                f"the entry point {point.name!r} cannot be imported: {error}",
                where=f"{point.value} in the group {root}",
                hint="install again, or uninstall, the distribution that adds it",
            ) from error
        yield module
