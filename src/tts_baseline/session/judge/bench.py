"""The judge's bench: two arms that are ready to be compared, of two revisions or of two configurations."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core import git
from tts_baseline.core.errors import (
    PipelineError,
    RevisionError,
    TtsBaselineError,
)
from tts_baseline.core.judgement import Against
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Case
from tts_baseline.core.settings import Settings
from tts_baseline.core.switches import named
from tts_baseline.core.verdict import Change
from tts_baseline.gate.changes import between
from tts_baseline.measure import pair
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import Arm, Side
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.session import certified
from tts_baseline.session.measurement.pilot import Pilot, look_ahead
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project, settings_at
from tts_baseline.session.revision.shared_files import strings
from tts_baseline.session.revision.worktree import checkout

# chosen: a restart measures about as long as this, in 2 to 16 quads a case: more cost less than a start.
RESTART_S = 3.0
MIN_QUADS, MAX_QUADS = 2, 16
CALLS_IN_A_QUAD = 4


class Bench(Struct, frozen=True, kw_only=True):
    """Two arms that are ready to be compared, and what each costs to start and to say the suite once.

    `slow` is the share by which every timed call of the head is made longer, `certified` what this machine's
    certificate says.
    """

    base: Arm
    head: Arm
    against: Against
    pilot: Pilot
    slow: float = 0.0
    certified: str = ""

    @property
    def arms(self) -> dict[Side, Arm]:
        """The arms by side."""
        return {"base": self.base, "head": self.head}

    @property
    def quads(self) -> int:
        """Quads a case in each restart."""
        affordable = RESTART_S / (CALLS_IN_A_QUAD * self.pilot.pass_s) if self.pilot.pass_s else MAX_QUADS
        return max(MIN_QUADS, min(MAX_QUADS, round(affordable)))

    @property
    def restart_s(self) -> float:
        """About how long a restart takes."""
        calls = CALLS_IN_A_QUAD * self.quads + 2 * pair.WARM_UPS
        return 2 * self.pilot.start_s + calls * self.pilot.pass_s


@contextlib.contextmanager
def against_revision(
    project: Project, cases: Sequence[Case], revision: str, progress: Progress
) -> Iterator[Bench]:
    """The working tree as the head, `revision` in a worktree of its own as the base, until the block ends.

    Raises RevisionError where the revision cannot be checked out, cannot be loaded, or would run the
    head's code; PipelineError where the head cannot be loaded; LimitError as certified.check does.
    """

    def spec_at(root: Path) -> WorkerSpec:
        return project.worker_at(root, _settings_at(project, root, revision))

    def files(root: Path) -> set[str]:
        return {*strings(project.settings.for_pipeline()), *strings(spec_at(root).settings)}

    name = git.short(revision)
    with checkout(project.root, revision, files=files, say=progress.say) as base:
        spec = spec_at(base.root)
        arm = Arm(name=f"base {base.commit[:7]}", spec=spec, python=_python(project))
        with measuring(progress.say):
            pilot = look_ahead(project, cases)
            known = certified.check(project, pilot.device, cases)
            try:
                theirs = look_ahead(project, cases, arm)
            except PipelineError as error:
                raise RevisionError(
                    f"the pipeline of {name} ({base.commit[:7]}) cannot be used: {error.what}",
                    where=error.where,
                    hint="choose another revision, or give it an interpreter of its own: --base-python PATH",
                ) from error
        yield Bench(
            base=arm,
            head=Arm(name="head", spec=project.worker),
            against=Against(
                name=storable(name),
                commit=base.commit,
                optimize=spec.optimize,
                code=_own_code(project, base.root, pilot, theirs, name),
                shared=tuple(f"{file.path} {file.sha256[:12]}" for file in base.shared),
                changed=configured(spec, theirs, project.worker, pilot),
            ),
            pilot=pilot,
            certified=known,
        )


@contextlib.contextmanager
def against_configuration(
    project: Project, cases: Sequence[Case], optimize: tuple[str, ...], progress: Progress
) -> Iterator[Bench]:
    """The project's settings as the head; as the base the same code under other switches."""
    optimize = project.switched(optimize)
    with measuring(progress.say):
        theirs = look_ahead(project, cases, _switched(project, optimize))
        ours = look_ahead(project, cases)
    bench = of_variants(project, optimize, theirs, project.worker.optimize, ours)
    yield replace(bench, certified=certified.check(project, ours.device, cases))


def of_variants(
    project: Project, base: tuple[str, ...], theirs: Pilot, head: tuple[str, ...], ours: Pilot
) -> Bench:
    """Two sets of switches of the working tree, each with its pilot."""
    before, now = (_switched(project, names) for names in (base, head))
    return Bench(
        base=before,
        head=replace(now, name="head"),
        against=Against(
            name=before.name,
            commit=git.commit(project.root)[0],
            optimize=base,
            changed=configured(before.spec, theirs, now.spec, ours),
        ),
        pilot=ours,
    )


def _switched(project: Project, optimize: tuple[str, ...]) -> Arm:
    """The working tree under these switches."""
    return Arm(name=f"optimize {named(optimize)}", spec=replace(project.worker, optimize=optimize))


def configured(base: WorkerSpec, theirs: Pilot, head: WorkerSpec, ours: Pilot) -> tuple[Change, ...]:
    """What the arms are configured with differently: switches, and what their pipelines say of themselves."""
    before, now = (
        {"optimize": named(spec.optimize), **_wherever(spec.root, pilot.provenance)}
        for spec, pilot in ((base, theirs), (head, ours))
    )
    return between(before, now)


def _wherever(root: str, provenance: Mapping[str, str]) -> dict[str, str]:
    """The same file has another path in the base's worktree."""
    return {name: value.replace(root, ".") for name, value in provenance.items()}


def _settings_at(project: Project, root: Path, revision: str) -> Settings:
    try:
        return settings_at(root, project.asked)
    except TtsBaselineError as error:
        raise RevisionError(
            f"the settings of {git.short(revision)} cannot be read: {error.what}",
            where=error.where,
            hint="choose a revision whose [tool.tts-baseline] this version understands",
        ) from error


def _python(project: Project) -> str:
    """The base's interpreter. A path is seen from the project's folder; links stay: they make a venv."""
    chosen = project.settings.base_python
    if chosen is None:
        return sys.executable
    path = Path(chosen).expanduser()
    return str(project.root / path) if len(path.parts) > 1 else chosen


def _own_code(project: Project, base: Path, ours: Pilot, theirs: Pilot, revision: str) -> bool:
    """Whether the base ran code of its own; RevisionError where it ran files that the head may have changed.

    Those are files of the working tree that git holds: an environment that lies in it is not of a revision.
    """
    place = git.place(project.root)
    files = [Path(file).resolve() for file in (*theirs.files, theirs.origin) if file]
    strays = [str(file) for file in files if file.is_relative_to(place.top) and not file.is_relative_to(base)]
    if held := git.tracked(place.top, strays):
        raise RevisionError(
            f"the base {revision} would run the working tree's code: {held[0]}",
            where="how the project is installed there",
            hint="import it from the project's folder or its src/, or use --base-python PATH",
        )
    return ours.origin != theirs.origin
