"""What the head reads out beside the base: verdicts as of the screen, where both arms tell."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tts_baseline.core.judgement import Judgement
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.changes import because
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen import text


def decide(judgement: Judgement, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The verdicts on the words, the suite's before its cases'; none where the base did not tell any."""
    told = {case: (pair.base, pair.head) for case, pair in judgement.texts.items() if pair.base}
    decided: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if told and spec.decide == "words" and spec.limit is not None and spec.key in limits:
            decided += text.of_pairs(spec, limits[spec.key], told)
    runs = len(judgement.restarts)
    by_judge = (replace(verdict, decided_by="judge", runs=runs) for verdict in decided)
    return tuple(because(by_judge, judgement.against.changed or ()))
