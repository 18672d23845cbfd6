"""The plan of a request under the settings: with the loaded voices, or before any is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.hub import placed
from tts_baseline.pipelines.f5_spanish.network import sidecar
from tts_baseline.pipelines.f5_spanish.telling import known
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
from tts_baseline.pipelines.f5_spanish.text.vocabulary import vocabulary_of

if TYPE_CHECKING:
    from pathlib import Path

    from tts_baseline.core.records import Request
    from tts_baseline.pipelines.f5_spanish.plan import TextPlan
    from tts_baseline.pipelines.f5_spanish.settings import F5Settings
    from tts_baseline.pipelines.f5_spanish.text.delivery import Paces
    from tts_baseline.pipelines.f5_spanish.text.planner import Admitting


def planned(
    request: Request, settings: F5Settings, *, pace: Paces, vocabulary: Admitting, why: bool = False
) -> TextPlan:
    """What is said for a request, and how; raises as `make_plan` does."""
    return make_plan(
        request.text,
        region=request.region,
        style=request.style,
        speed=request.speed * settings.speed,
        options=settings.text_options,
        pace=pace,
        vocabulary=vocabulary,
        why=why,
    )


def preview(request: Request, settings: F5Settings, *, root: Path, why: bool = False) -> TextPlan:
    """The plan without a model: every clip that the settings name speaks at the default pace.

    With `why`, each span has what else it could have been.

    Its chunks are as long as that pace allows (15 bytes a second, 12 s); a loaded clip changes that. What a
    checkpoint in the project may be told is known from the file beside it.
    """
    styles = {clip.spoken_style for clip in settings.references}
    stated = sidecar.read(placed(settings.checkpoint, root=root))
    labels = stated.prosody if stated else None
    if labels:
        styles |= set(labels.style)

    def pace(style: str | None) -> ClipPace:
        if style is not None and styles and style not in styles:
            raise KeyError(style)
        return ClipPace()

    vocabulary = vocabulary_of(settings.vocabulary, root=root)
    plan = planned(request, settings, pace=pace, vocabulary=vocabulary, why=why)
    return known(plan, labels, settings.missing_style)
