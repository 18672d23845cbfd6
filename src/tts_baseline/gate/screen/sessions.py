"""What a run tells of a time or a size: logs of each restart by case, and their mean, the session's value."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading, Replicate, Run
from tts_baseline.gate.screen.machine_speed import Adjustment
from tts_baseline.gate.screen.requests import Alike
from tts_baseline.gate.screen.scale import Scale

WHOLE_RUN = ""


def session_logs(spec: MetricSpec, run: Run, like: Alike | None = None) -> dict[str, float]:
    """Session value (mean log over replicates) by case; of what another run asks alike, if that is given."""
    if like and spec.scope == "run" and not like.is_first:
        return {}
    return {
        case: fmean(logs)
        for case, logs in restart_logs(spec, run).items()
        if case == WHOLE_RUN or not like or case in like.cases
    }


def restart_logs(spec: MetricSpec, run: Run) -> dict[str, list[float]]:
    """The log of each replicate's value by case."""
    log = Scale.of(spec).log
    return {
        case or WHOLE_RUN: list(map(log, reading.values))
        for case, reading in run.by_metric.get(spec.name, {}).items()
        if _is_usable(reading)
    }


def adjusted(
    spec: MetricSpec, run: Run, plain: Mapping[str, float], adjustment: Adjustment
) -> dict[str, float]:
    """Session values with the machine's speed taken out, in the processes that they are the means of."""
    drift = adjustment.of(_those_of(spec, run))
    return {case: value - drift for case, value in plain.items()}


def adjusted_restarts(
    spec: MetricSpec, run: Run, plain: Mapping[str, list[float]], adjustment: Adjustment
) -> dict[str, list[float]]:
    """The logs of each replicate with the machine's speed taken out, as it was in that process."""
    drifts = [adjustment.of([replicate]) for replicate in _those_of(spec, run)]
    return {
        case: [log - drift for log, drift in zip(logs, drifts, strict=False)] for case, logs in plain.items()
    }


def _those_of(spec: MetricSpec, run: Run) -> list[Replicate]:
    """The replicates that have a value of the metric."""
    return [r for r in run.replicates if spec.scope != "run" or r.cold_start is not None]


def _is_usable(reading: Reading) -> bool:
    return reading.value is not None and min(reading.values, default=0.0) > 0
