"""A project opened for gating: settings, cases, limits, and where its baselines are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline import files, presets
from tts_baseline.baseline.store import Store
from tts_baseline.core import environment, imports, settings, table
from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Case, Environment, Run
from tts_baseline.core.settings import Settings
from tts_baseline.gate import limits
from tts_baseline.gate.limits import Limit
from tts_baseline.measure import logs
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.pipelines._load import resolve
from tts_baseline.session import ears
from tts_baseline.suites import reader

_SHOWN_TABLES = 3
BUILDER = "tts_baseline.pipelines._prepare:prepare"


class Project(Struct, frozen=True, kw_only=True):
    """Everything that is known before anything is measured.

    `table` is the file whose [tool.tts-baseline] was read; None without one. `takes_default` tells that
    nothing names the pipeline. `asked` is what the command line says, `cases` are the whole suite's, `chosen`
    those to be measured. `paths` are folders, relative to `root`, where its pipeline is looked for after
    `imports.sources`.
    """

    root: Path
    table: Path | None
    takes_default: bool
    asked: dict[str, Any]
    settings: Settings
    target: str
    cases: tuple[Case, ...]
    chosen: tuple[Case, ...]
    limits: dict[str, Limit]
    paths: tuple[str, ...] = ()

    @property
    def report(self) -> Path:
        """Where runs go."""
        return self.root / self.settings.report

    @property
    def baselines(self) -> Path:
        """Where baselines are."""
        return self.root / self.settings.dir

    def baselines_locked(self) -> AbstractContextManager[None]:
        """All baselines, locked for this process: what is decided and written meanwhile belongs together."""
        return files.locked(self.baselines)

    @property
    def suite(self) -> str:
        """The suite's short name."""
        return storable(Path(self.settings.suite).stem)

    @property
    def origin(self) -> str:
        """Where the settings come from: 'settings of pyproject.toml', or that there is no table."""
        file = table.FILE if self.table is None else str(self.table)
        return (
            f"settings of {file}"
            if self.table
            else f"no [tool.{table.NAME}] in {self.root / file}, nor above"
        )

    @property
    def default(self) -> str:
        """Why the pipeline is the default one; empty where something names it."""
        if not self.takes_default:
            return ""
        why = f"[tool.{table.NAME}] of {self.table} names none" if self.table else self.origin
        return f"the pipeline is {self.settings.pipeline}, by default: {why}"

    def switched(self, names: Sequence[str]) -> tuple[str, ...]:
        """These switches, with those of a preset in place of its name."""
        return presets.expanded(self.baselines, self.settings.pipeline, names)

    @property
    def worker(self) -> WorkerSpec:
        """How a worker builds the pipeline; the project's own sources come first on its import path."""
        return self.worker_at(self.root, self.settings)

    def worker_at(self, root: Path, own: Settings) -> WorkerSpec:
        """A worker for the pipeline as it is at `root`, under that place's own settings of it."""
        return WorkerSpec(
            builder=BUILDER,
            target=self.target,
            settings=own.pipelines.get(self.settings.pipeline, {}),
            device=self.settings.device,
            optimize=own.optimize,
            root=str(root),
            paths=tuple(map(str, dict.fromkeys((*imports.sources(root), *self._added(root))))),
            memory_limit=self.settings.memory_bytes,
            logs=str(self.report / logs.FOLDER),
        )

    def _added(self, root: Path) -> Iterator[Path]:
        return (Path(os.path.normpath(root / path)) for path in self.paths)

    def environment(self, device: Literal["cpu", "cuda"]) -> Environment:
        """Where this process runs on `device`, with the versions of what the pipeline declares."""
        read = environment.read(device, self.target, imports.sources(self.root))
        return ears.noted(read, self.settings.ears)

    @property
    def ears(self) -> Ears:
        """What metrics listen with, as `[tool.tts-baseline.ears]` names it."""
        return ears.of(self.settings.ears, self.root)

    def variant(self, device: str) -> str:
        """What is kept side by side on purpose: the device, the switches that are on, a name of one's own.

        'cpu', 'cuda+bf16', 'cuda+bf16.studio': no switch has a dot in its name.
        """
        built = "+".join((device, *sorted(self.settings.optimize)))
        return f"{built}.{self.settings.variant}" if self.settings.variant else built

    def store(self, variant: str) -> Store:
        """The baselines of one variant of this project's pipeline."""
        return Store(self.baselines, self.settings.pipeline, variant)

    def store_of(self, run: Run) -> Store:
        """The baselines that a run belongs to, whichever pipeline is chosen now."""
        return Store(self.baselines, run.pipeline, run.variant)


def settings_at(root: Path, chosen: Mapping[str, Any]) -> Settings:
    """The settings of the project at `root`, with the switches of a preset in place of its name.

    Raises SettingsError as `settings.read` does, BaselineError for a preset that is damaged.
    """
    options = settings.read(root, chosen)
    named = presets.expanded(root / options.dir, options.pipeline, options.optimize)
    return replace(options, optimize=named)


def under_load(project: Project) -> Project:
    """The project, measured under load in the usual way where its settings do not say in which."""
    if project.settings.load != "off":
        return project
    return replace(project, settings=replace(project.settings, load="auto"))


def check_default(project: Project) -> None:
    """Raise SettingsError where the default would be measured although a folder below has a table of ours."""
    if project.table is not None or not project.takes_default:
        return
    if found := table.below(project.root):
        shown = ", ".join(str(path.relative_to(project.root)) for path in found[:_SHOWN_TABLES])
        folder = found[0].parent.relative_to(project.root)
        raise SettingsError(
            f"{project.default}; but {shown} {'has' if len(found) == 1 else 'have'} one",
            where=str(project.root),
            hint=f"pytest --tts-baseline {folder}; or cd {folder}; or name a pipeline: --tts-pipeline NAME",
        )


def open_project(root: Path, chosen: Mapping[str, Any], paths: tuple[str, ...] = ()) -> Project:
    """The project at `root` under the given command-line choices (None: not given).

    Raises SettingsError, SuiteError, PipelineError or LimitError for what the user got wrong.
    """
    options = settings_at(root, chosen)
    file = root / table.FILE
    cases = reader.read(options.suite, root)
    return Project(
        root=root,
        table=file if table.read(file) is not None else None,
        takes_default=not settings.says(root, chosen, "pipeline"),
        asked=dict(chosen),
        settings=options,
        target=resolve(options.pipeline),
        cases=cases,
        chosen=reader.choose(cases, options.cases, options.tags),
        limits=limits.chosen(options.limits),
        paths=paths,
    )
