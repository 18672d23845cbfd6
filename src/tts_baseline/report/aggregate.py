"""One number of a metric for a whole run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run


def suite_value(run: Run, spec: MetricSpec) -> float | None:
    """A metric over all cases, as `pooled` says; None where no case has a value."""
    readings = run.by_metric.get(spec.name, {}).values()
    values = [reading.value for reading in readings if reading.value is not None]
    return pooled(values, spec) if values else None


def pooled(values: Sequence[float], spec: MetricSpec) -> float:
    """A metric over several cases: geometric mean of times and sizes, mean of counts, median of scores."""
    if spec.decide == "exact":
        return fmean(values)  # counts may be 0
    if spec.decide == "ratio":
        return math.exp(fmean(math.log(value) for value in values))
    return float(median(values))
