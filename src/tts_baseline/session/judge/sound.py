"""The sound of both arms, scored: the base's utterances are the goldens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Reading, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.measure.pair import Side
from tts_baseline.session.measurement.score import read


class FirstUtterances:
    """Keeps what each arm said first of each case, by case id: give it to `pair.measure` as `hear`."""

    def __init__(self) -> None:
        self.base: dict[str, Utterance] = {}
        self.head: dict[str, Utterance] = {}

    def __call__(self, side: Side, case: str, utterance: Utterance) -> None:
        """Keep it, unless the arm has said this case before."""
        (self.base if side == "base" else self.head).setdefault(case, utterance)


def sound_of(
    cases: Sequence[Case], base: Mapping[str, Utterance], head: Mapping[str, Utterance]
) -> PairedSound:
    """The quality readings of the cases that both arms have said, each arm against the base's utterance."""
    shared = [case for case in cases if case.id in base and case.id in head]
    identical = {case.id for case in shared if _is_same(base[case.id], head[case.id])}
    theirs: list[Reading] = []
    ours: list[Reading] = []
    for case in shared:
        golden = base[case.id]
        itself = Evidence(case=case, utterances=(golden,), golden=golden)
        same = _readings(itself)
        theirs += same
        # Shares the golden's features.
        other = replace(itself, utterances=(head[case.id],))
        ours += same if case.id in identical else _readings(other)
    return PairedSound(
        base=tuple(theirs),
        head=tuple(ours),
        identical=tuple(case.id for case in shared if case.id in identical),
        cases=tuple(case.id for case in shared),
    )


def _readings(evidence: Evidence) -> list[Reading]:
    return [read(metric, evidence) for metric in metrics().values() if metric.spec.family == "quality"]


def _is_same(base: Utterance, head: Utterance) -> bool:
    return base.sample_rate == head.sample_rate and np.array_equal(base.samples, head.samples, equal_nan=True)
