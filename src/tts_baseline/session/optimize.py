"""Finds the switches that make a pipeline faster on this machine: one at a time, then a greedy stack."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline import files, pending, presets
from tts_baseline.core import git
from tts_baseline.core.errors import NothingMeasured, SettingsError, TtsBaselineError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.preset import Attempt, Preset
from tts_baseline.core.registry import nearest
from tts_baseline.core.switches import check_needs, named
from tts_baseline.core.units import change, seconds
from tts_baseline.gate import joint
from tts_baseline.report import optimization as page
from tts_baseline.session import places
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.measurement.suite import run_id
from tts_baseline.session.project import Project
from tts_baseline.session.variants import NONE, BudgetUsed, Variants

FILE = "optimization.json"
_HELP = "tts-baseline optimize --help"


class OptimizePlan(Struct, frozen=True, kw_only=True):
    """What is looked for: the preset's name, the rtf at which to stop, and what quality may cost.

    `loss` is a share of each quality limit, `budget` seconds; `only` are the switches to try (none: all).
    """

    name: str = "fast"
    rtf: float = 0.0
    loss: float = 1.0
    budget: float = math.inf
    only: tuple[str, ...] = ()


class Optimized(Struct, frozen=True, kw_only=True):
    """What came of it; `path` is the preset's file, None where nothing was written."""

    preset: Preset
    folder: Path
    path: Path | None
    is_interrupted: bool
    reached: bool


def optimize(project: Project, plan: OptimizePlan, progress: Progress) -> Optimized:
    """The switches that are faster together by the joint verdict, written as a preset.

    Ctrl-C, SIGTERM and a used-up budget end it early: attempts that are finished are kept, and the best that
    is proven by then becomes the preset. Raises SettingsError for a plan that cannot be carried out,
    PipelineError where the reference cannot be measured, NothingMeasured where nothing was tried to its end.
    """
    _check(plan)
    places.check(places.of_optimization(project))
    reference = replace(project, settings=replace(project.settings, optimize=NONE))
    with terminable():
        search = _Search(reference, plan, progress)
        interrupted = False
        try:
            search.run()
        except KeyboardInterrupt:
            interrupted = True
        except BudgetUsed:
            search.stopped = f"the next attempt would not end within the budget of {seconds(plan.budget)}"
        return search.concluded(interrupted=interrupted)


class _Search:
    """A search under way: what was tried, and the best stack so far."""

    def __init__(self, project: Project, plan: OptimizePlan, progress: Progress) -> None:
        self._begun = time.monotonic()
        self._project, self._plan, self._progress = project, plan, progress
        self._attempts: list[Attempt] = []
        self._left = 1
        self.stopped = ""
        self._stack: tuple[str, ...] = ()
        self._variants = Variants(project, plan.loss, progress)
        self._device, self._specs = self._variants.device, self._variants.specs
        self._created = datetime.now(UTC)
        self._folder = places.kept(project, self._made, progress)
        if plan.name in self._specs:
            raise SettingsError(
                f"{plan.name} is a switch of {project.settings.pipeline}, so no preset can have its name",
                hint="tts-baseline optimize --name NAME",
            )

    def run(self) -> None:
        """Every switch alone, then the faster ones together, until the target is reached."""
        names = self._chosen()
        self._left = len(names) + 1
        self._progress.say(
            f"trying {len(names)} switches of {self._project.settings.pipeline}, then those that are faster "
            f"together, on {len(self._project.chosen)} cases; Ctrl-C keeps what is finished"
        )
        faster: dict[str, Attempt] = {}
        for name in names:
            found = self._attempt((name,), NONE)
            if found.verdict == "faster":
                faster[name] = found
                self._stack = (joint.by_gain(faster, self._specs)[0],)
                if self._is_enough(found):
                    return
        for name in joint.by_gain(faster, self._specs):
            if name in self._stack or self._is_excluded(name):
                continue
            both = tuple(sorted((*self._stack, name)))
            self._left = 2
            if self._attempt(both, self._stack).verdict != "faster":
                continue
            found = self._attempt(both, NONE)
            if found.verdict == "faster":
                self._stack = both
                if self._is_enough(found):
                    return

    def concluded(self, *, interrupted: bool) -> Optimized:
        """The preset, written where something is proven, or where all was tried."""
        if interrupted:
            self.stopped = f"interrupted after {len(self._attempts)} attempts"
        if not self._attempts and self.stopped:
            raise NothingMeasured(
                f"{self.stopped}, and no switch was tried to its end",
                hint="raise --budget, or choose fewer cases with --cases",
            )
        preset = self._preset()
        self._save(preset)
        is_told = bool(self._stack) or not self.stopped
        path = presets.write(self._project.baselines, preset) if is_told else None
        best = preset.proven
        reached = bool(self._plan.rtf and best and best.rtf and best.rtf <= self._plan.rtf)
        return Optimized(
            preset=preset, folder=self._folder, path=path, is_interrupted=interrupted, reached=reached
        )

    def _chosen(self) -> list[str]:
        """The switches to try; those that this machine cannot have are noted."""
        fit = []
        for name in self._plan.only or self._specs:
            if name not in self._specs:
                raise SettingsError(
                    f"{self._project.settings.pipeline} has no switch {name!r}{nearest(name, self._specs)}; "
                    f"it has: {', '.join(self._specs) or 'none'}",
                    where="--switches",
                    hint=_HELP,
                )
            try:
                check_needs(self._specs[name], self._device)
            except TtsBaselineError as error:
                self._note(Attempt(switches=(name,), verdict="unfit", reasons=(error.what,)))
            else:
                fit.append(name)
        if not self._specs:
            raise SettingsError(
                f"{self._project.settings.pipeline} has no switches, so there is nothing to try",
                hint="declare some: docs/switches.md",
            )
        return fit

    def _is_excluded(self, name: str) -> bool:
        mine = self._specs[name].excludes
        return any(other in mine or name in self._specs[other].excludes for other in self._stack)

    def _is_enough(self, found: Attempt) -> bool:
        """Whether the target is reached by this, which is the best then."""
        if not self._plan.rtf or found.rtf is None or found.rtf > self._plan.rtf:
            return False
        self._stack = found.switches
        self.stopped = f"the target is reached: rtf {found.rtf:.3g}"
        return True

    def _attempt(self, head: tuple[str, ...], base: tuple[str, ...]) -> Attempt:
        """One variant beside another, noted."""
        left_s = self._plan.budget - (time.monotonic() - self._begun)
        found = self._variants.attempt(head, base, left_s=left_s, share_s=left_s / self._left)
        self._left = max(self._left - 1, 1)
        self._note(found)
        return found

    def _note(self, found: Attempt) -> None:
        """Keep an attempt on disk at once, and say how it went."""
        self._attempts.append(found)
        self._save(self._preset())
        gain = f", time {change(found.time.change, 's', relative=True)}" if found.time else ""
        why = f": {'; '.join(found.reasons)}" if found.reasons else ""
        self._progress.milestone(
            f"{named(found.switches)} against {named(found.beside)}: {found.verdict}{gain}{why}"
        )

    def _preset(self) -> Preset:
        commit, dirty = git.commit(self._project.root)
        asked = {"max quality loss": f"{self._plan.loss:g}"}
        if self._plan.rtf:
            asked["target"] = f"rtf={self._plan.rtf:g}"
        return Preset(
            name=self._plan.name,
            created=self._created.isoformat(timespec="seconds"),
            pipeline=self._project.settings.pipeline,
            device=self._device,
            switches=self._stack,
            commit=commit,
            dirty=dirty,
            environment=self._project.environment(self._device),
            proofs=self._variants.proofs(self._stack),
            suite=self._project.suite,
            cases=tuple(case.id for case in self._project.chosen),
            asked=asked,
            attempts=tuple(self._attempts),
            stopped=self.stopped,
            seconds=round(time.monotonic() - self._begun, 1),
        )

    def _made(self, report: Path) -> Path:
        """A new folder in the folder of runs, which the attempts fill one by one."""
        name = f"optimize-{run_id(self._created)}"
        with pending.appearing(report, name) as folder:
            write_atomic(folder / "report.md", b"")
        return report / name

    def _save(self, preset: Preset) -> None:
        files.write_record(self._folder / FILE, preset)
        for name, text in page.files(preset).items():
            write_atomic(self._folder / name, text.encode())


def _check(plan: OptimizePlan) -> None:
    if not 0 < plan.loss < math.inf:
        raise SettingsError(
            f"--max-quality-loss is a share of each limit, more than 0, not {plan.loss:g}", hint=_HELP
        )
    if not 0 <= plan.rtf < math.inf:
        raise SettingsError(f"--target takes an rtf of more than 0, not {plan.rtf:g}", hint=_HELP)
    if not plan.budget > 0:
        raise SettingsError(f"--budget must be more than 0 seconds, not {plan.budget:g}", hint=_HELP)
