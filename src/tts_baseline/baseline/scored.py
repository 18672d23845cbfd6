"""What a run's readings must be to be compared: each by the declaration of its metric."""

from __future__ import annotations

import math
from typing import NamedTuple

from tts_baseline.core.bounds import SMALLEST_RATIO
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.readings import by_metric
from tts_baseline.core.records import Reading, Run
from tts_baseline.core.registry import metrics

_LEAST = {"ratio": SMALLEST_RATIO, "exact": 0.0, "words": 0.0}


class _Rule(NamedTuple):
    """Whether a metric's readings are of the run, their least value, and how many each pools (None: any).

    `is_any`: neither value nor number is bounded.
    """

    is_of_run: bool
    is_any: bool
    least: float
    pooled: int | None


def check(run: Run) -> None:
    """Raise ValueError for a reading that its metric cannot have made; unknown metrics are passed over.

    Ratios are positive, with one value a process; counts are not negative; readings of the whole run have no
    case, and all others have one.
    """
    for key, indexed in (("readings", run.by_metric), ("own_readings", by_metric(run.own_readings))):
        for name in indexed.keys() & metrics().keys():
            rule = _rule(metrics()[name].spec, run)
            for case, reading in indexed[name].items():
                if rule.is_any and (case is None) == rule.is_of_run:
                    continue  # most readings, and calling a function for each takes as long as reading them
                if flaw := _flaw(reading, rule):
                    raise ValueError(f"{key}: {name} of {case or 'the run'}: {flaw}")


def _rule(spec: MetricSpec, run: Run) -> _Rule:
    started = sum(replicate.cold_start is not None for replicate in run.replicates)
    processes = started if spec.scope == "run" else len(run.replicates)
    count = processes if spec.decide == "ratio" and spec.scope != "load" else None
    least = _LEAST.get(spec.decide, -math.inf)
    return _Rule(spec.scope != "case", count is None and math.isinf(least), least, count)


def _flaw(reading: Reading, rule: _Rule) -> str:
    if (reading.case is None) != rule.is_of_run:
        return "it is of a case" if rule.is_of_run else "it is of no case"
    if reading.value is None:
        return ""
    least = min(reading.value, *reading.values) if reading.values else reading.value
    if least < rule.least:
        return f"{least:g} is not positive"
    if rule.pooled is not None and len(reading.values) != rule.pooled:
        return f"{len(reading.values)} values of {rule.pooled} processes"
    return ""
