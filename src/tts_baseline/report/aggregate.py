"""One number of a metric for a whole run."""

from __future__ import annotations

import math
from statistics import fmean, median

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run


def suite_value(run: Run, spec: MetricSpec) -> float | None:
    """A metric over all cases: geometric mean of times and sizes, mean of counts, median of scores."""
    readings = run.by_metric.get(spec.name, {}).values()
    values = [reading.value for reading in readings if reading.value is not None]
    if not values:
        return None
    if spec.decide == "exact":
        return fmean(values)  # counts may be 0
    if spec.decide == "ratio":
        return math.exp(fmean(math.log(value) for value in values))
    return float(median(values))
