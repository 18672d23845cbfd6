"""The loop of every run: update after update, kept as it goes, until its recipe, or who started it, ends it.

What an update does depends on its number, the data and the state before it alone. A run that was stopped, or
killed, therefore goes on as if nothing had been: on a CPU, with as many threads, bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Struct
from torch import Tensor

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.network.labels import Labels
from tts_baseline.training import checkpoints, recipes
from tts_baseline.training.buckets import Cursor
from tts_baseline.training.checkpoints import BEST, LAST, State
from tts_baseline.training.exam import NO_EXAM, Exam
from tts_baseline.training.recipes import VOICE

_SAID_EVERY_S = 10.0
_Batch = TypeVar("_Batch")


class Pace(Struct, frozen=True, kw_only=True):
    """How a run is getting on: the mean loss and the frames a second since this was last said."""

    update: int
    updates: int
    loss: float
    frames_per_s: float
    learned: int
    left_s: float


class Ended(Struct, frozen=True, kw_only=True):
    """Where a run ended, and whether it was asked to before its last update.

    `best` is the best held-out loss, if there is any; `is_early` tells that nothing was gained any more.
    """

    update: int
    learned: int
    path: Path
    is_stopped: bool
    best: float | None = None
    is_early: bool = False


class Course(Protocol):
    """What the loop asks of a recipe: what it trains, updates in all, seconds between two checkpoints."""

    KIND: ClassVar[str]

    @property
    def updates(self) -> int: ...
    @property
    def checkpoint_s(self) -> float: ...


class Learner(Protocol[_Batch]):
    """What learns: it has made `update` updates, and is all that a checkpoint holds of it."""

    update: int
    average: dict[str, Tensor]

    @property
    def weights(self) -> dict[str, Tensor]:
        """Parameters and buffers as they are now."""
        ...

    @property
    def optimizing(self) -> dict[str, Any]:
        """The state of whatever moves the weights."""
        ...

    def learn(self, together: list[_Batch]) -> float:
        """The loss of one update, made on these batches."""
        ...


class Portion(NamedTuple, Generic[_Batch]):
    """What one update learns from, its frames, and where the data goes on after it."""

    place: Cursor
    batches: list[_Batch]
    frames: int


def opened(
    folder: Path, recipe: Course, data: str, labels: Labels | None = None
) -> tuple[State | None, dict[str, Any]]:
    """The state that the run in a folder was left in, if any, and what it may be continued with.

    `labels` are what its network is told beside the text. Raises SettingsError where the folder holds a run
    of another recipe, other data or other labels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    origin = {"kind": recipe.KIND, "recipe": recipes.as_table(recipe), "data": data}
    if labels:
        origin["labels"] = msgspec.to_builtins(labels)
    before = checkpoints.read(folder)
    if before is not None:
        _check_origin(before.origin, origin, recipe, folder)
    return before, origin


def follow(
    learner: Learner[_Batch],
    portions: Iterator[Portion[_Batch]],
    course: Course,
    folder: Path,
    *,
    before: State | None,
    origin: dict[str, Any],
    said: Callable[[Pace], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    exam: Exam = NO_EXAM,
    examined: Callable[[int, float], None] = lambda *_: None,
    write: Callable[[Path, State, str], Path] = checkpoints.write,
) -> Ended:
    """Have a learner learn, portion by portion, up to its last update; what it is then is kept.

    It ends before that where the `exam` is over; the state that did best in it is kept, too. Raises
    PipelineError where the loss is no number any more; what was kept before it stays.
    """
    place = Cursor(before.epoch, before.batch) if before else Cursor()
    learned = before.learned if before else 0
    watch = _Watch(course, learner.update, learned, said)
    kept_at = time.monotonic()

    def keep(name: str = LAST) -> Path:
        state = State(
            update=learner.update, epoch=place.epoch, batch=place.batch, learned=learned, origin=origin,
            weights=learner.weights, average=learner.average, optimizer=learner.optimizing,
            standing=exam.standing,
        )  # fmt: skip
        return write(folder, state, name)

    while learner.update < course.updates and not exam.is_over and not stopping():
        place, together, frames = next(portions)
        loss = learner.learn(together)
        if not loss < float("inf"):
            raise PipelineError(
                f"the loss of update {learner.update} is {loss}: it learns nothing any more",
                where=str(folder),
                hint="lower peak in the recipe, and train anew from the last checkpoint",
            )
        learned += frames
        watch.seen(learner.update, loss, learned)
        if exam.is_due(learner.update):
            answer, is_best = exam.take()
            examined(learner.update, answer)
            if is_best:
                keep(BEST)
        if time.monotonic() - kept_at >= course.checkpoint_s:
            keep()
            kept_at = time.monotonic()
    return Ended(
        update=learner.update,
        learned=learned,
        path=keep(),
        is_stopped=learner.update < course.updates and not exam.is_over,
        best=exam.best if exam.best < math.inf else None,
        is_early=learner.update < course.updates and exam.is_over,
    )


class _Watch:
    """Says every ten seconds how the run is getting on."""

    def __init__(self, course: Course, update: int, learned: int, said: Callable[[Pace], None]) -> None:
        self._course, self._said = course, said
        self._from, self._learned, self._since = update, learned, time.monotonic()
        self._losses: list[float] = []

    def seen(self, update: int, loss: float, learned: int) -> None:
        self._losses.append(loss)
        took = time.monotonic() - self._since
        if took < _SAID_EVERY_S and update < self._course.updates:
            return
        took = max(took, 1e-9)
        self._said(
            Pace(
                update=update,
                updates=self._course.updates,
                loss=sum(self._losses) / len(self._losses),
                frames_per_s=(learned - self._learned) / took,
                learned=learned,
                left_s=(self._course.updates - update) * took / max(1, update - self._from),
            )
        )
        self._from, self._learned, self._since, self._losses = update, learned, time.monotonic(), []


def _check_origin(before: Mapping[str, Any], now: Mapping[str, Any], recipe: Course, folder: Path) -> None:
    """Refuse to go on with something else than what the run in the folder was begun with."""
    if before.get("kind", VOICE) != recipe.KIND:
        raise SettingsError(
            f"the run in this folder trains a {before.get('kind', VOICE)}, and no {recipe.KIND}",
            where=str(folder),
            hint="begin another run with --out",
        )
    names = recipes.changed(before["recipe"], recipe)
    if before["data"] != now["data"]:
        names.append("the data")
    if before.get("labels") != now.get("labels"):
        names.append("start, which knows other regions or styles")
    if names:
        raise SettingsError(
            f"the run in this folder was begun with another {', '.join(names)}",
            where=str(folder),
            hint="put it back as it was, or begin another run with --out",
        )
