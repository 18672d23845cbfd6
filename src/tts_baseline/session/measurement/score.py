"""Computes every metric's readings from the evidence of a run."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.ears import NO_EARS, Ears
from tts_baseline.core.environment import usable_cores
from tts_baseline.core.errors import NothingMeasured, TtsBaselineError
from tts_baseline.core.outside import storable
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import (
    Audio,
    Calls,
    Case,
    Quality,
    QualityCase,
    Reading,
    Replicate,
    Utterance,
)
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import scored_by
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.soak import Soak
from tts_baseline.core.traffic import Traffic
from tts_baseline.session.measurement.neutral import neutrals
from tts_baseline.session.scoring_pool import in_processes
from tts_baseline.session.scripts import scripts

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_AS_ACCEPTED = "as accepted: the audio is the same, and so is what computes its score"
# A second of audio takes 0.07 s of CPU (benchmarks/scoring), a process's start 1 s: two gain from 30 s on.
_WORTH_S = 30.0
_MOST = 8  # chosen: each process holds the features of one case, and the libraries of all metrics


class Asked(Struct, frozen=True, kw_only=True):
    """A case to be scored. `accepted` is None unless its sound is exactly the accepted one.

    A score in it that was computed by the code and libraries in `software` is taken over.
    """

    case: Case
    calls: tuple[Calls, ...]
    heard: tuple[Utterance, ...]
    golden: Utterance | None
    accepted: QualityCase | None
    software: Mapping[str, str]
    ears: Ears = NO_EARS
    script: SpeechScript | None = None
    neutral: Utterance | None = None


class Scored(Struct, frozen=True):
    """The readings of a case, and golden metrics' against its own first utterance."""

    readings: tuple[Reading, ...]
    own: tuple[Reading, ...]


def one_by_one(asked: Iterable[Asked]) -> Iterator[Scored]:
    """The cases scored one after another, in this process."""
    return map(of_case, asked)


def side_by_side(asked: Sequence[Asked]) -> Iterator[Scored]:
    """The cases scored in several processes, where what has to be computed is worth their start.

    What they do not answer, because none can be started or one was killed, is scored in this process.
    """
    work = [number for number, item in enumerate(asked) if not _is_known(item)]
    seconds = sum(len(u.samples) / u.sample_rate for number in work for u in asked[number].heard)
    count = min(len(work), len(usable_cores()), _MOST)
    answered: dict[int, Scored] = {}
    if count > 1 and seconds >= _WORTH_S:
        with contextlib.suppress(NothingMeasured):
            answers = in_processes(of_case, (asked[number] for number in work), count)
            answered.update(zip(work, answers, strict=True))
    for number, item in enumerate(asked):
        yield answered.get(number) or of_case(item)


def score(
    cases: Sequence[Case],
    replicates: Sequence[Replicate],
    utterances: Mapping[str, tuple[Utterance, ...]],
    quality: Quality | None,
    goldens: Mapping[str, Utterance],
    software: Mapping[str, str] | None = None,
    *,
    traffic: Traffic | None = None,
    soak: Soak | None = None,
    ears: Ears = NO_EARS,
    each: Callable[[Sequence[Asked]], Iterable[Scored]] = one_by_one,
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """The readings of a run, and its own readings: golden metrics against this run's first utterances.

    `software` is the run's; without it no accepted score is taken over. `each` scores the cases, in order.
    """
    alike, plain = goldens_of(cases, quality), neutrals(cases)
    unchanged = {
        case: quality.cases[case]
        for case in alike
        if quality and case in goldens and _is_as_accepted(utterances[case], quality.cases[case])
    }
    asked = []
    for case in cases:
        heard, neutral = utterances[case.id], plain.get(case.id)
        golden = goldens.get(case.id) if case.id in alike else None
        # What is compared with a neutral reading is known where that is as accepted, too.
        is_known = neutral is None or neutral in unchanged
        asked.append(
            Asked(
                case=case,
                calls=tuple(replicate.calls[case.id] for replicate in replicates),
                heard=heard,
                golden=golden,
                accepted=unchanged.get(case.id) if is_known else None,
                software=software or {},
                ears=ears,
                neutral=utterances[neutral][0] if neutral else None,
            )
        )
    starts = tuple(r.cold_start for r in replicates if r.cold_start is not None)
    run = Evidence(cold_starts=starts, traffic=traffic, soak=soak)
    scopes = ("run", *["load"] * (traffic is not None), *["soak"] * (soak is not None))
    readings = [read(metric, run) for metric in metrics().values() if metric.spec.scope in scopes]
    own: list[Reading] = []
    for scored in each(_with_scripts(asked)):
        readings += scored.readings
        own += scored.own
    return tuple(readings), tuple(own)


def of_case(asked: Asked) -> Scored:
    """The readings of a case; all of its evidence shares its sounds, and so their features.

    Where it has exactly the accepted samples, its own utterance is the golden, so that the rounding of the
    stored recording has no effect.
    """
    ears = asked.ears
    plain = Evidence(
        case=asked.case, calls=asked.calls, utterances=asked.heard, script=asked.script,
        neutral=asked.neutral, ears=ears,
    )  # fmt: skip
    itself = replace(plain, utterances=asked.heard[1:] or asked.heard, golden=asked.heard[0])
    own = tuple(read(metric, itself) for metric in golden_metrics(ears))
    alone = (m for m in readable(ears) if m.spec.scope == "case" and not m.spec.golden)
    readings = tuple(_known(asked, metric) or read(metric, plain) for metric in alone)
    if asked.accepted:
        return Scored((*readings, *own), own)
    against = replace(plain, golden=asked.golden)
    return Scored((*readings, *(read(metric, against) for metric in golden_metrics(ears))), own)


def _with_scripts(asked: Sequence[Asked]) -> list[Asked]:
    """What has to be scored with its script; where all is known, no text is read."""
    known = scripts([item.case for item in asked if not _is_known(item)])
    return [replace(item, script=known.get(item.case.id)) for item in asked]


def _is_known(asked: Asked) -> bool:
    """Whether every reading of a case's sound is known without computing it."""
    heard = (metric for metric in readable(asked.ears) if metric.spec.family == "quality")
    return asked.accepted is not None and all(
        metric.spec.identical is not None or _known(asked, metric) for metric in heard
    )


def _is_as_accepted(heard: Sequence[Utterance], accepted: QualityCase) -> bool:
    """Whether every restart has said exactly what was accepted."""
    return len(heard) == 1 and accepted.audio.reproducible and accepted.audio.is_same(audio_of(heard))


def _known(asked: Asked, metric: Metric) -> Reading | None:
    """The accepted score as a reading, where the sound is the same and so is what would compute it."""
    score = asked.accepted.scores.get(metric.spec.name) if asked.accepted else None
    if score is None or not score.by or score.by != scored_by(metric, asked.software):
        return None
    return Reading(
        metric=metric.spec.name,
        case=asked.case.id,
        value=score.value,
        values=() if score.value is None else (score.value,),
        reason=score.reason,
        note=_AS_ACCEPTED,
    )


def read(metric: Metric, evidence: Evidence) -> Reading:
    """The metric's reading; if it raises, a reading without a value, with the error as its reason."""
    try:
        with _products().limit(limits=1, user_api="blas"):
            return metric.read(evidence)
    except TtsBaselineError as error:
        reason = f"{error.what}: {error.hint}" if error.hint else error.what
    except Exception as error:  # noqa: BLE001 - metrics come from other distributions too
        reason = storable(f"the metric failed: {type(error).__name__}: {error}")
    case = evidence.case.id if evidence.case else None
    return Reading(metric=metric.spec.name, case=case, value=None, reason=reason)


@cache
def _products() -> ThreadpoolController:
    """What limits the threads of numpy's and scipy's products: with one they round alike on any machine.

    A second one waits busily for the next product, which there is not, and takes as much of the processor.
    """
    import scipy.linalg  # noqa: F401 - what is loaded later would not be limited
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def goldens_of(cases: Sequence[Case], quality: Quality | None) -> dict[str, str]:
    """The SHA-256 of the accepted recording of each case that was accepted with the same request."""
    known = quality.cases if quality else {}
    return {
        case.id: known[case.id].recording
        for case in cases
        if case.id in known and known[case.id].request == case.request
    }


def readable(ears: Ears) -> Iterator[Metric]:
    """The metrics that can be read with these ears, in the order of the registry."""
    return (metric for metric in metrics().values() if ears.has(metric.spec.needs))


def golden_metrics(ears: Ears = NO_EARS) -> Iterator[Metric]:
    """Those of them that compare with a golden."""
    return (metric for metric in readable(ears) if metric.spec.golden)


def audio_of(utterances: Sequence[Utterance]) -> Audio:
    """The identity of a case's scored utterance, the first of these."""
    first = utterances[0]
    return Audio(
        sha256=hashlib.sha256(first.samples.tobytes()).hexdigest(),
        sample_rate=first.sample_rate,
        samples=len(first.samples),
        reproducible=len(utterances) == 1,
    )
