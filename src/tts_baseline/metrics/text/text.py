"""The words that are read out: the text as the front end gives it to the model."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value

SPEC = MetricSpec(name="text", unit="words", better="same", family="text", decide="words", limit="0")


def read(evidence: Evidence) -> Reading:
    """How many words the text of the first utterance has, between blanks; the gate compares the text itself.

    A pipeline that does not tell its text has no value, and no verdict.
    """
    if not evidence.utterances:
        return no_value(SPEC, evidence, "no utterance")
    text = evidence.utterances[0].text
    if text is None:
        return no_value(SPEC, evidence, "the pipeline does not tell what it reads out: Utterance(text=…)")
    count = float(len(text.split()))
    return Reading(
        metric=SPEC.name, case=evidence.case.id if evidence.case else None, value=count, values=(count,)
    )
