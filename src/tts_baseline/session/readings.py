"""What tests assert to be read out: compared with what was accepted for them, recorded, accepted, dropped.

It is the same on every machine and device: one file a pipeline, `baselines/readings/<pipeline>.json`. What
differs waits as `readings.json` in the folder of runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.baseline import files, pending
from tts_baseline.core import git
from tts_baseline.core.asserted import AssertedText, AssertedTexts
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outside import filename, storable
from tts_baseline.core.verdict import Rewording, Status
from tts_baseline.gate.rewordings import rewordings
from tts_baseline.session.accept import check_may_accept
from tts_baseline.session.project import Project

NAME = "readings"  # what `accept` and `reject` call them; no run has this id
_WAITING = "readings.json"
_RECORDED = "first recording"


class Compared(Struct, frozen=True):
    """One text of a test: what was read, what was accepted (None: nothing yet), and the words that differ."""

    now: AssertedText
    accepted: str | None
    changes: tuple[Rewording, ...] = ()

    @property
    def status(self) -> Status:
        """As of a gate: any other word is `regressed`."""
        if self.accepted is None:
            return "no baseline"
        return "regressed" if self.changes else "ok"


def compared(project: Project, test: str, texts: Sequence[AssertedText]) -> tuple[Compared, ...]:
    """What a test had read out, each beside what was accepted for this test, text and region."""
    pipeline = project.settings.pipeline
    with project.baselines_locked():
        known = _read(_place(project, pipeline), pipeline).tests.get(test, ())
    spoken = {(one.text, one.region): one.spoken for one in known}
    return tuple(_compared(text, spoken.get((text.text, text.region))) for text in texts)


def _compared(now: AssertedText, accepted: str | None) -> Compared:
    return Compared(now, accepted, () if accepted is None else rewordings(accepted, now.spoken))


def keep(project: Project, test: str, texts: Sequence[AssertedText], *, records: bool, waits: bool) -> None:
    """Keep what a test had read out: as accepted if it `records`, to be accepted if it `waits`."""
    pipeline, waiting = project.settings.pipeline, _waiting(project)
    with project.baselines_locked():
        if records:
            place = _place(project, pipeline)
            _write(project, place, _joined(_read(place, pipeline), {test: texts}), _RECORDED)
        left = _read(waiting, pipeline)
        others = {name: read for name, read in left.tests.items() if name != test}
        left = _joined(replace(left, tests=others), {test: texts} if waits else {})
        if left.tests:
            pending.prepare(project.report)
            files.write_record(waiting, left)
        else:
            waiting.unlink(missing_ok=True)


def accept(project: Project, reason: str) -> tuple[Path, ...]:
    """The file that accepting what waits wrote. BaselineError for nothing, for no reason, and in CI."""
    check_may_accept(NAME, reason)
    waiting = _waiting(project)
    with project.baselines_locked():
        _check_waits(waiting)
        left = files.read_record(waiting, AssertedTexts, mend=f"tts-baseline reject {NAME}")
        place = _place(project, left.pipeline)
        _write(project, place, _joined(_read(place, left.pipeline), left.tests), reason)
        waiting.unlink()
    return (place,)


def reject(project: Project) -> Path:
    """The file that is gone with what waited. Raises BaselineError where nothing waits."""
    waiting = _waiting(project)
    _check_waits(waiting)
    waiting.unlink()
    return waiting


def _check_waits(waiting: Path) -> None:
    if not waiting.exists():
        raise BaselineError(
            "no reading of a test waits to be accepted", where=str(waiting), hint="pytest --tts-baseline"
        )


def _joined(texts: AssertedTexts, more: Mapping[str, Sequence[AssertedText]]) -> AssertedTexts:
    tests = {**texts.tests, **{test: tuple(read) for test, read in more.items()}}
    return replace(texts, tests=dict(sorted(tests.items())))


def _place(project: Project, pipeline: str) -> Path:
    return project.baselines / NAME / f"{filename(pipeline)}.json"


def _waiting(project: Project) -> Path:
    return project.report / _WAITING


def _read(path: Path, pipeline: str) -> AssertedTexts:
    """What is stored of a pipeline; nothing where there is no file, or it is another's."""
    stored = files.read_record(path, AssertedTexts) if path.exists() else None
    return stored if stored and stored.pipeline == pipeline else AssertedTexts(pipeline=pipeline)


def _write(project: Project, place: Path, texts: AssertedTexts, reason: str) -> None:
    files.write_record(place, replace(texts, reason=storable(reason), author=git.author(project.root)))
