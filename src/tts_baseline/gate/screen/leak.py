"""Whether a process holds more after each request: by the interval of the slope alone, without a baseline."""

from __future__ import annotations

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run
from tts_baseline.core.verdict import Grounds, Status, Verdict
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.slope import slope


def verdicts(spec: MetricSpec, limit: Limit, run: Run) -> list[Verdict]:
    """The verdict on a run's soak; none without one, and `invalid` where it shows no slope."""
    reading = run.by_metric.get(spec.name, {}).get(None)
    if reading is None or run.soak is None:
        return []
    if reading.value is None:
        none = draft(spec, None, "invalid", relative=False, limit=limit.absolute, cause="no value")
        return [replace(none, grounds=Grounds(message=reading.reason or "no value"))]
    found = slope(run.soak.held[run.soak.warm :])
    status: Status = "undecided"
    if found.low > limit.absolute:
        status = "regressed"
    elif found.high <= limit.absolute:
        status = "ok"
    return [
        draft(
            spec,
            None,
            status,
            relative=False,
            current=found.value,
            change=found.value,
            low=found.low,
            high=found.high,
            limit=limit.absolute,
            grounds=Grounds(note=reading.note),
        )
    ]
