"""What a run knows of clips that it does not learn from: asked now and then, the best answer is kept."""

from __future__ import annotations

import math
from collections.abc import Callable

from tts_baseline.training.checkpoints import State


class Exam:
    """The held-out loss of the moving average, every `every` updates; over after `patience` without a gain.

    `every` 0: never asked; `patience` 0: never over.
    """

    def __init__(
        self, ask: Callable[[], float], *, every: int, patience: int, before: State | None = None
    ) -> None:
        self._ask, self._every, self._patience = ask, every, patience
        standing = before.standing if before else {}
        self.best = standing.get("best", math.inf)
        self._without = int(standing.get("without", 0))

    @property
    def standing(self) -> dict[str, float]:
        """The best loss so far, and how often it was not bettered since; what a resumed run begins with."""
        was_asked = self._without or not math.isinf(self.best)
        return {"best": self.best, "without": float(self._without)} if was_asked else {}

    @property
    def is_over(self) -> bool:
        """True where it has not been bettered for so long that nothing is gained any more."""
        return 0 < self._patience <= self._without

    def is_due(self, update: int) -> bool:
        """Whether it is asked after this update."""
        return self._every > 0 and update % self._every == 0

    def take(self) -> tuple[float, bool]:
        """The loss now, and whether it is the best so far."""
        loss = self._ask()
        is_best = loss < self.best
        if is_best:
            self.best = loss
        self._without = 0 if is_best else self._without + 1
        return loss, is_best


NO_EXAM = Exam(lambda: math.inf, every=0, patience=0)
