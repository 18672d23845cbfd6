"""What a run's readings must be to be compared: each by the declaration of its metric."""

from __future__ import annotations

import math

from tts_baseline.core.bounds import SMALLEST_RATIO
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading, Run
from tts_baseline.core.registry import metrics


def check(run: Run) -> None:
    """Raise ValueError for a reading that its metric cannot have made; unknown metrics are passed over.

    Ratios are positive, with one value a process; counts are not negative; readings of the whole run have no
    case, and all others have one.
    """
    started = sum(replicate.cold_start is not None for replicate in run.replicates)
    processes = {"case": len(run.replicates), "run": started}
    for key, readings in (("readings", run.readings), ("own_readings", run.own_readings)):
        for reading in readings:
            metric = metrics().get(reading.metric)
            flaw = _flaw(reading, metric.spec, processes[metric.spec.scope]) if metric else ""
            if flaw:
                raise ValueError(f"{key}: {reading.metric} of {reading.case or 'the run'}: {flaw}")


def _flaw(reading: Reading, spec: MetricSpec, processes: int) -> str:
    if (reading.case is None) != (spec.scope == "run"):
        return "it is of a case" if spec.scope == "run" else "it is of no case"
    if reading.value is None:
        return ""
    least = {"ratio": SMALLEST_RATIO, "exact": 0.0}.get(spec.decide, -math.inf)
    if min((reading.value, *reading.values)) < least:
        return f"{min((reading.value, *reading.values)):g} is not positive"
    if spec.decide == "ratio" and len(reading.values) != processes:
        return f"{len(reading.values)} values of {processes} processes"
    return ""
