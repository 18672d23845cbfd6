"""Settings from three sources: the command line wins over the environment, and that over pyproject.toml."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from tts_baseline.core import table, units
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest, needed

ENVIRONMENT_PREFIX = "TTS_BASELINE_"
_NO_SETTING = "TTS_BASELINE_CHECKPOINT"  # names the checkpoint that `make test-f5` and `make gpu` test
_LISTS = ("optimize", "cases", "tags")
_HELP = "tts-baseline run --help"
# The process is what statistics count (docs/method.md, "The replicate is a process"). Chosen: two show hardly
# any spread.
_FEWEST_RESTARTS = 3
_FEWEST_SOAKED, _MOST_SOAKED = 100, 100_000  # chosen: a slope beside noise; a night
_MOST_WORKERS = 64  # chosen: each holds a model
_LEAST_MEMORY = 2**27  # chosen: 128 MiB; a worker with numpy, and no pipeline yet, holds half of it
# A variant's name becomes part of a folder's name.
_VARIANT = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Settings(Record, frozen=True, kw_only=True):
    """All that a user can set, with its defaults."""

    pipeline: str = "espeak"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    optimize: tuple[str, ...] = ()
    variant: str = ""
    suite: str = "es"
    cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    dir: str = "baselines"
    missing: Literal["fail", "record"]
    undecided: Literal["warn", "fail"] = "warn"
    against: str | None = None
    base_python: str | None = None
    budget: float | None = None
    load: Literal["off", "auto", "workers", "batch", "server", "stream"] = "off"
    load_workers: int = 2  # chosen: two show whether processes hinder each other, and hold two models
    load_seconds: float = 5.0  # chosen: of a level, of which there are about ten
    load_deadline: float | None = None
    load_wait: float | None = None
    soak: int = 0
    memray: bool = False
    gpu: float = 0.0
    benchmark: bool = False
    report: str = ".tts-baseline"
    restarts: int = _FEWEST_RESTARTS
    timeout: float = 60.0  # chosen: a sentence that takes longer is taken for stuck
    load_timeout: float = 600.0  # chosen: a large checkpoint may come over a slow disk
    memory_limit: str = ""
    limits: dict[str, str] = msgspec.field(default_factory=dict)
    ears: dict[str, str] = msgspec.field(default_factory=dict)
    pipelines: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)

    def for_pipeline(self) -> dict[str, Any]:
        """The chosen pipeline's own table, `[tool.tts-baseline.pipelines.<name>]`."""
        return self.pipelines.get(self.pipeline, {})

    @property
    def memory_bytes(self) -> int:
        """What `memory_limit` says, in bytes; 0 without one."""
        return units.bytes_in(self.memory_limit) if self.memory_limit else 0


def read(root: Path, chosen: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the project at `root`; `chosen` is the command line, where None means not given.

    Raises SettingsError for an unknown key, naming the nearest one, and for a value of the wrong type.
    """
    environ = os.environ if environ is None else environ
    merged: dict[str, Any] = {"missing": "fail" if in_ci(environ) else "record"}
    for where, values in _sources(root, chosen, environ):
        _known(values, where)
        candidate = merged | {key: _split(key, value) for key, value in values.items()}
        try:
            settings = msgspec.convert(candidate, Settings, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(
                f"a setting has a value of the wrong kind: {error}",
                where=where,
                hint=_HELP,
            ) from error
        merged = candidate
    return _checked(settings)


def says(root: Path, chosen: Mapping[str, Any], name: str) -> bool:
    """True where one of the sources says what a setting is; False where its default is taken."""
    return any(name in values for _, values in _sources(root, chosen, os.environ))


def in_ci(environ: Mapping[str, str]) -> bool:
    """True in continuous integration: the variable CI is set, and not to 0 or false."""
    return environ.get("CI", "").lower() not in ("", "0", "false")


def _sources(
    root: Path, chosen: Mapping[str, Any], environ: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where each source is, and what it says; later ones win."""
    file = root / table.FILE
    yield f"{file} [tool.{table.NAME}]", table.read(file) or {}
    yield "the environment", _from_environment(environ)
    yield "the command line", {name: value for name, value in chosen.items() if value is not None}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != _NO_SETTING
    }


def _known(values: Mapping[str, Any], where: str) -> None:
    for key in values:
        if key not in Settings.__struct_fields__:
            raise SettingsError(
                f"unknown setting {key!r}{nearest(key, Settings.__struct_fields__)}",
                where=where,
                hint=_HELP,
            )


def _split(key: str, value: Any) -> Any:
    if key not in _LISTS or not isinstance(value, str):
        return value
    return switches(value) if key == "optimize" else _listed(value)


def switches(text: str) -> tuple[str, ...]:
    """The names of switches in 'a,b'; none for 'none', the reference."""
    return () if text.strip() == "none" else _listed(text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _checked(settings: Settings) -> Settings:
    for name in ("timeout", "load_timeout", "budget", "load_seconds", "load_deadline", "load_wait"):
        number = getattr(settings, name)
        if number is not None and not 0 < number < math.inf:
            raise SettingsError(f"{name} must be more than 0 seconds and finite, not {number:g}", hint=_HELP)
    for name in ("dir", "report"):
        if not getattr(settings, name).strip():
            raise SettingsError(f"{name} must name a folder, not ''", hint=_HELP)
    if not 1 <= settings.load_workers <= _MOST_WORKERS:
        raise SettingsError(
            f"load_workers must be 1 to {_MOST_WORKERS}, not {settings.load_workers}", hint=_HELP
        )
    if settings.soak and not _FEWEST_SOAKED <= settings.soak <= _MOST_SOAKED:
        raise SettingsError(
            f"soak must be 0, or {_FEWEST_SOAKED} to {_MOST_SOAKED:,} requests, not {settings.soak}",
            hint=_HELP,
        )
    if settings.memray and not settings.soak:
        raise SettingsError(
            "memray looks at a soak, and there is none", hint="tts-baseline run --soak 300 --memray"
        )
    _check_memory_limit(settings.memory_limit)
    _check_ears(settings.ears)
    if settings.variant and not _VARIANT.fullmatch(settings.variant):
        raise SettingsError(
            f"variant must be made of a-z, 0-9, - and _, and begin with a letter or digit, not "
            f"{settings.variant!r}",
            hint=_HELP,
        )
    if settings.restarts < _FEWEST_RESTARTS:
        raise SettingsError(
            f"restarts must be at least {_FEWEST_RESTARTS}, not {settings.restarts}: the fresh process is "
            "the unit that statistics count",
            hint=_HELP,
        )
    return settings


def _check_ears(ears: Mapping[str, str]) -> None:
    for name in ears:
        if name not in (known := needed()):
            raise SettingsError(
                f"no metric listens with {name!r}{nearest(name, known)}",
                where=f"[tool.{table.NAME}.ears]",
                hint=f"name one of {', '.join(known)}",
            )


def _check_memory_limit(text: str) -> None:
    if text and sys.platform != "linux":
        raise SettingsError("memory_limit acts on Linux alone", hint="remove it")
    try:
        number = units.bytes_in(text) if text else _LEAST_MEMORY
    except ValueError:
        number = 0
    if number < _LEAST_MEMORY:
        least = units.size(_LEAST_MEMORY)
        raise SettingsError(
            f"memory_limit must be a size of at least {least}, not {text!r}", hint='memory_limit = "8 GiB"'
        )
