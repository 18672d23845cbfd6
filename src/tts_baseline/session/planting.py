"""Plants faults in goldens, scores what is heard, and judges builds that have some of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import (
    Baseline,
    Case,
    Environment,
    Quality,
    Reading,
    Replicate,
    Run,
    Utterance,
)
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sound_certificate import Alarms, Catches, Extent
from tts_baseline.faults.fault import Fault, Harmless, Original, planted
from tts_baseline.gate import sound_certificate as rules
from tts_baseline.gate.limits import Limit
from tts_baseline.session.measurement.score import read, readable

Readings = tuple[Reading, ...]
Heard = TypeVar("Heard")
DRAWS = 8  # chosen: of the sentences that have a fault in a quarter of them
_QUARTER = 0.25


class GoldenCase(Struct, frozen=True, eq=False):
    """A case, its golden, the golden of another case, and what its text asks for."""

    case: Case
    golden: Utterance
    other: Utterance | None
    script: SpeechScript | None = None


class Planted(Struct, frozen=True):
    """What was heard of a sentence with a change, by strength; None where it has no place for it."""

    case: str
    change: str
    readings: dict[float, Readings | None]


def heard(task: tuple[GoldenCase, Fault | Harmless | None]) -> Planted:
    """A sentence with a change, scored at each of its strengths; as it is without one."""
    sentence, change = task
    golden = sentence.golden
    evidence = Evidence(case=sentence.case, utterances=(golden,), golden=golden, script=sentence.script)
    if change is None:
        return Planted(sentence.case.id, "", {0.0: _scored(evidence)})
    original = Original(golden.samples.astype(np.float64), golden.sample_rate, _beside(sentence))
    readings: dict[float, Readings | None] = {}
    for strength in change.strengths if isinstance(change, Fault) else (change.strength,):
        wave = planted(change, strength, original, sentence.case.id)
        readings[strength] = (
            None if wave is None else _scored(replace(evidence, utterances=(_said(wave, golden),)))
        )
    return Planted(sentence.case.id, change.name, readings)


def heard_again(task: tuple[GoldenCase, Utterance]) -> Readings:
    """A sentence as it was said another time, scored."""
    sentence, said = task
    evidence = Evidence(
        case=sentence.case, utterances=(said,), golden=sentence.golden, script=sentence.script
    )
    return _scored(evidence)


def _scored(evidence: Evidence) -> Readings:
    return tuple(
        read(metric, evidence) for metric in readable(evidence.ears) if metric.spec.family == "quality"
    )


def _said(wave: np.ndarray, golden: Utterance) -> Utterance:
    return Utterance(samples=wave.astype(np.float32), sample_rate=golden.sample_rate)


def _beside(sentence: GoldenCase) -> np.ndarray | None:
    other = sentence.other
    if other is None or other.sample_rate != sentence.golden.sample_rate:
        return None
    return other.samples.astype(np.float64)


class PlantedSuite(Struct, frozen=True):
    """What builds are judged against, and what is heard of sentences without a fault."""

    run: Run
    baseline: Baseline
    limits: Mapping[str, Limit]
    unchanged: Mapping[str, Readings]

    def build(self, changed: Mapping[str, Readings]) -> rules.Gates:
        """The gates that fail a build in which some sentences are changed."""
        readings = {**self.unchanged, **changed}
        run = replace(self.run, readings=tuple(r for case in readings.values() for r in case))
        return rules.failing(run, self.baseline, self.limits)


def catches(suite: PlantedSuite, fault: Fault, found: Mapping[str, Planted]) -> Iterator[Catches]:
    """The counts of one fault, of which `found` has what was heard by case: by strength, then by extent."""
    for strength in fault.strengths:
        changed = _with_place(found, strength)
        for extent, chosen in builds(changed, len(suite.unchanged), f"{fault.name} {strength}").items():
            judged = [suite.build(build) for build in chosen]
            yield rules.catches(fault, strength, extent, len(changed), judged)


def alarms(suite: PlantedSuite, change: Harmless, found: Mapping[str, Planted]) -> Iterator[Alarms]:
    """The counts of one harmless change, over all extents together; none where it changes no sample."""
    yield from alarms_of(suite, change.name, _with_place(found, change.strength))


def alarms_of(suite: PlantedSuite, change: str, changed: Mapping[str, Readings]) -> Iterator[Alarms]:
    """The counts of a change by what is heard of the sentences that have it; none where none has it."""
    if changed:
        chosen = builds(changed, len(suite.unchanged), change).values()
        yield rules.alarms(change, [suite.build(build) for each in chosen for build in each])


def _with_place(found: Mapping[str, Planted], strength: float) -> dict[str, Readings]:
    """What was heard of the sentences that have a place for the change."""
    scored = {case: planted.readings[strength] for case, planted in sorted(found.items())}
    return {case: readings for case, readings in scored.items() if readings is not None}


def builds(
    changed: Mapping[str, Heard], sentences: int, seed: str
) -> dict[Extent, list[Mapping[str, Heard]]]:
    """What is heard of the changed sentences of each build, of a suite of so many.

    Which they are is the same each time; no build where no sentence has a place for the change.
    """
    if not changed:
        return {}
    count = max(1, round(_QUARTER * sentences))
    dice = random.Random(seed)
    drawn = (
        [sorted(dice.sample(sorted(changed), count)) for _ in range(DRAWS)]
        if len(changed) > count
        else [list(changed)]
    )
    return {
        "all": [changed],
        "quarter": [{case: changed[case] for case in cases} for cases in drawn],
        "one": [{case: readings} for case, readings in changed.items()],
    }


def suite_of(
    quality: Quality,
    suite: str,
    environment: Environment,
    limits: Mapping[str, Limit],
    cases: Sequence[Case],
    unchanged: Mapping[str, Readings],
) -> PlantedSuite:
    """Builds of these cases, judged by what is accepted of them."""
    known = {case.id: quality.cases[case.id] for case in cases}
    run = Run(
        id="planted",
        created=quality.acceptance.at,
        pipeline=quality.pipeline,
        variant=quality.variant,
        suite=suite,
        commit=None,
        dirty=False,
        environment=environment,
        provenance=quality.provenance,
        cases=tuple(cases),
        replicates=(Replicate(cold_start=None, calls={}),),
        audio={case.id: known[case.id].audio for case in cases},
        readings=(),
    )
    baseline = Baseline(quality=replace(quality, cases=known))
    return PlantedSuite(run, baseline, rules.of_sound(limits), unchanged)
