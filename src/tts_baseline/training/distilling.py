"""What a student learns from a teacher: where its flow arrives, in fewer steps or in a smaller network.

In each of its own steps the student learns the mean flow of the teacher over it, which the teacher finds in
several steps of its own, guidance included: progressive distillation (Salimans & Ho 2022, arXiv:2202.00512)
of a guided teacher (Meng et al. 2023, arXiv:2210.03142), on the solver's own schedule; IntMeanFlow does so
for F5-TTS (arXiv:2510.07979). A student of no steps learns the teacher's flow at any time (Hinton 2015,
arXiv:1503.02531). Either speaks without guidance.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, ClassVar

import torch
from msgspec import Meta
from msgspec.structs import replace
from torch import Tensor
from torch.nn import functional

from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver, schedule
from tts_baseline.training import recipes
from tts_baseline.training.network import Scene, predicted
from tts_baseline.training.objective import Batch, Draw, Lesson, scene_of
from tts_baseline.training.recipes import Recipe


class StudentRecipe(Recipe, frozen=True, kw_only=True):
    """A recipe, and what the student will be: how many steps it speaks in, 0 for any number.

    The teacher takes `pieces` steps in each of the student's, with its `guidance`; `sway` bends the schedule
    of both. `teacher` is the hash of its weights, which the command fills in.
    """

    KIND: ClassVar[str] = recipes.STUDENT
    steps: Annotated[int, Meta(ge=0, le=128)] = 4
    pieces: Annotated[int, Meta(ge=1, le=128)] = 4
    guidance: Annotated[float, Meta(ge=0, le=10)] = 2.0
    sway: Annotated[float, Meta(ge=-1, le=1)] = -1.0
    teacher: str = ""


def lesson(teacher: Transformer, recipe: StudentRecipe) -> Lesson:
    """The loss of a student against this teacher, a scalar: a function like `objective.loss`."""
    grid = schedule(EulerSolver(steps=recipe.steps, sway=recipe.sway)) if recipe.steps else None

    def loss(student: Transformer, batch: Batch, drawn: Draw) -> Tensor:
        begin, end = _interval(drawn.times, grid)
        scene = scene_of(batch, drawn._replace(times=begin, drops_audio=False, drops_text=False))
        with torch.no_grad():
            wanted = _mean_flow(teacher, scene, end.to(scene.times.device), recipe)
        span = drawn.span.to(wanted.device)
        return functional.mse_loss(predicted(student, scene).float()[span], wanted[span])

    return loss


def completed(recipe: StudentRecipe, teacher: Transformer) -> StudentRecipe:
    """The recipe with what the teacher decides: its hash, and whether the student is told prosody as it is.

    Raises SettingsError where the recipe wants prosody, of which the teacher knows nothing.
    """
    is_told = teacher.architecture.labels is not None
    if recipe.prosody and not is_told:
        raise SettingsError(
            "the teacher learned no prosody, and a student learns from its teacher alone",
            where="prosody in the recipe",
            hint="set prosody = false, or name a teacher that a run with prosody = true has made",
        )
    return replace(recipe, teacher=fingerprint(teacher), prosody=is_told)


def fingerprint(teacher: Transformer) -> str:
    """A hash of its weights: a run goes on with its own teacher only."""
    digest = hashlib.sha256()
    for name, weight in teacher.state_dict().items():
        digest.update(name.encode())
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()


def _interval(times: Tensor, grid: Tensor | None) -> tuple[Tensor, Tensor]:
    """The step that each of these times (b,), uniform in [0, 1), is drawn for: its begin and its end."""
    if grid is None:
        return times, times
    step = (times * (len(grid) - 1)).long()
    return grid[step], grid[step + 1]


def _mean_flow(teacher: Transformer, scene: Scene, end: Tensor, recipe: StudentRecipe) -> Tensor:
    """The mean of the teacher's guided flow (b, n, m) from the scene to the end of the student's step."""
    pieces = recipe.pieces if recipe.steps else 1
    length = (end - scene.times) / pieces
    total = torch.zeros_like(scene.state)
    for _ in range(pieces):
        conditional = predicted(teacher, scene).float()
        free = predicted(teacher, scene._replace(drops_audio=True, drops_text=True)).float()
        flow = conditional + (conditional - free) * recipe.guidance
        total = total + flow
        scene = scene._replace(state=scene.state + length[:, None, None] * flow, times=scene.times + length)
    return total / pieces
