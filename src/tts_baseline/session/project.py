"""A project opened for gating: settings, cases, limits, and where its baselines are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from tts_baseline.baseline import files
from tts_baseline.baseline.store import Store
from tts_baseline.core import environment, settings
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Case, Environment, Run
from tts_baseline.core.settings import Settings
from tts_baseline.gate import limits
from tts_baseline.gate.limits import Limit
from tts_baseline.measure import logs
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.pipelines._load import resolve
from tts_baseline.suites import reader

BUILDER = "tts_baseline.pipelines._prepare:prepare"


class Project(Struct, frozen=True, kw_only=True):
    """Everything that is known before anything is measured.

    `asked` is what the command line says, `cases` are the whole suite's, `chosen` those to be measured.
    """

    root: Path
    asked: dict[str, Any]
    settings: Settings
    target: str
    cases: tuple[Case, ...]
    chosen: tuple[Case, ...]
    limits: dict[str, Limit]

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
            paths=tuple(map(str, _sources(root))),
            memory_limit=self.settings.memory_bytes,
            logs=str(self.report / logs.FOLDER),
        )

    def environment(self, device: Literal["cpu", "cuda"]) -> Environment:
        """Where this process runs on `device`, with the versions of what the pipeline declares."""
        return environment.read(device, self.target, _sources(self.root))

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


def _sources(root: Path) -> tuple[Path, ...]:
    """Where a project's own modules are, and first on the import path of its workers."""
    return (root, root / "src")


def open_project(root: Path, chosen: Mapping[str, Any]) -> Project:
    """The project at `root` under the given command-line choices (None: not given).

    Raises SettingsError, SuiteError, PipelineError or LimitError for what the user got wrong.
    """
    options = settings.read(root, chosen)
    cases = reader.read(options.suite, root)
    return Project(
        root=root,
        asked=dict(chosen),
        settings=options,
        target=resolve(options.pipeline),
        cases=cases,
        chosen=reader.choose(cases, options.cases, options.tags),
        limits=limits.chosen(options.limits),
    )
