"""What the texts of cases ask a voice for, and recitals of them, where a voice for that is installed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from msgspec.structs import replace

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Case, Request
from tts_baseline.core.script import Asking, Recital, ScriptSentence, ScriptWord, SpeechScript
from tts_baseline.pipelines._renderings import Rendering, renderings
from tts_baseline.pipelines.f5_spanish.plan import TextPlan
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.regions import is_voseo
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Admission

_OPTIONS = TextOptions(pauses="clauses", emphasis=True, missing_style="neutral", form="upstream")


def scripts(cases: Sequence[Case]) -> dict[str, SpeechScript]:
    """The script of each case whose text can be read, with its recital, where espeak-ng is installed."""
    found = {case.id: known for case in cases if (known := script(case)) is not None}
    spoken = renderings([_plain(known) for known in found.values()])
    return {
        case: replace(known, recital=_recital(rendering)) if rendering else known
        for (case, known), rendering in zip(found.items(), spoken, strict=True)
    }


def script(case: Case) -> SpeechScript | None:
    """What a case's text asks for, by its words, its marks and its tags; None where it cannot be read."""
    from tts_baseline.pipelines.f5_spanish.text.normalize import read  # a fifth of what most commands import
    from tts_baseline.pipelines.f5_spanish.text.planner import plan_with

    try:
        plan = plan_with(
            case.text, region=case.region, style=case.style, options=_OPTIONS, pace=lambda _: ClipPace(),
            normalize=lambda text: read(text, region=case.region), admit=Admission,
        )  # fmt: skip
    except TtsBaselineError:
        return None
    return _script(plan)


def _plain(script: SpeechScript) -> Request:
    """The request of a recital: the words as they are read out, so that it needs no reading of its own."""
    words = [word.text + ("," if word.pause_s is not None else "") for word in script.words]
    return Request(text=" ".join(words), region=script.region)


def _recital(rendering: Rendering) -> Recital:
    return Recital(pcm=rendering.samples, rate=rendering.rate, phones=rendering.phones)


def _script(plan: TextPlan) -> SpeechScript:
    place = list(itertools.accumulate((token.kind == "word" for token in plan.tokens), initial=0))
    breaks = {boundary.after: boundary.pause_s for boundary in plan.boundaries}
    words: list[ScriptWord] = []
    for index, token in enumerate(plan.tokens):
        if token.kind == "word":
            word = ScriptWord(text=token.text, syllables=token.syllables, stress=token.stress)
            voseo = is_voseo(token.text, plan.region)
            words.append(replace(word, emphasis=token.emphasis, voseo=voseo))
        if index in breaks and words:
            words[-1] = replace(words[-1], pause_s=breaks[index])
    sentences = tuple(
        ScriptSentence(
            first=place[sentence.first],
            last=place[sentence.last + 1] - 1,
            asks=_asks(plan, sentence.first, sentence.last, sentence.type),
            nucleus=_nucleus(words, place[sentence.first], place[sentence.last + 1] - 1),
        )
        for sentence in plan.sentences
    )
    return SpeechScript(region=plan.region, words=tuple(words), sentences=sentences)


def _asks(plan: TextPlan, first: int, last: int, kind: Asking) -> Asking:
    """What a sentence is, by its type and the contour of its last tone unit."""
    contour = next(phrase.contour for phrase in reversed(plan.phrases) if first <= phrase.first <= last)
    if contour == "suspensive":
        return "suspended"
    return "choice" if kind == "yes_no_question" and contour == "descending" else kind


def _nucleus(words: Sequence[ScriptWord], first: int, last: int) -> int:
    """The last stressed word, or the last where none is."""
    stressed = [number for number in range(first, last + 1) if words[number].stress is not None]
    return (stressed or [last])[-1]
