"""What a network that knows labels is told of each token: the type of its sentence, region and style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.network.labels import NEUTRAL, Labels, Manner
from tts_baseline.pipelines.f5_spanish.text import sentence_types
from tts_baseline.pipelines.f5_spanish.text.options import TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tts_baseline.pipelines.f5_spanish.plan import Chunk, TextPlan


def known(plan: TextPlan, labels: Labels | None, missing: Literal["error", "neutral"]) -> TextPlan:
    """The plan, with a note for a region or a style that the network does not know and that is left neutral.

    Raises RequestFailed for one, with the names that it knows, where `missing` is "error".
    """
    if labels is None:
        return plan
    styles = dict.fromkeys(chunk.style or NEUTRAL for chunk in plan.chunks)
    refusals = dict.fromkeys(labels.refusal(region=plan.region, style=style) for style in styles)
    doubts = [refusal for refusal in refusals if refusal]
    if doubts and missing == "error":
        raise RequestFailed(
            doubts[0],
            where=f"region and style of the request, and missing_style in {TABLE}",
            hint='ask for one of those, or set missing_style = "neutral"',
        )
    return replace(plan, notes=(*plan.notes, *(f"told as neutral: {doubt}" for doubt in doubts)))


def told(
    labels: Labels, chunk: Chunk, transcript: str, tokens: Sequence[str], *, region: str
) -> tuple[tuple[int, int, int], ...]:
    """The labels of each token of a clip's transcript and a chunk, which is spoken in its manner."""
    # That of a clip out of a dataset is in the model's form, without capitals.
    spoken = sentence_types.parts(sentence_types.with_capitals(transcript))
    sentences = (*spoken, *(chunk.sentences or sentence_types.parts(chunk.text)))
    types = sentence_types.of_tokens(sentences, transcript + chunk.text, tokens)
    numbers = {
        kind: labels.numbers(Manner(kind, region, chunk.style or NEUTRAL)) for kind in dict.fromkeys(types)
    }
    return tuple(numbers[kind] for kind in types)
