"""`invalid` for what was asked for, tried, and has no value: also where nothing was accepted."""

from __future__ import annotations

from collections.abc import Iterator

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading, Run
from tts_baseline.core.verdict import Grounds, Verdict
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit


def under_no_load(spec: MetricSpec, limit: Limit, run: Run) -> Verdict | None:
    """The verdict of a measurement under load without a value; None where it has one, or there was none."""
    reading = run.by_metric.get(spec.name, {}).get(None)
    return None if reading is None or reading.value is not None else _invalid(spec, limit, reading)


def broken_streams(spec: MetricSpec, limit: Limit, run: Run) -> Iterator[Verdict]:
    """The verdicts of cases that were streamed, and whose streams give no value."""
    streamed = {
        case for replicate in run.replicates for case, calls in replicate.calls.items() if calls.streams
    }
    for case, reading in run.by_metric.get(spec.name, {}).items():
        if case in streamed and reading.value is None:
            yield _invalid(spec, limit, reading)


def _invalid(spec: MetricSpec, limit: Limit, reading: Reading) -> Verdict:
    grounds = Grounds(message=reading.reason or "no value")
    return draft(spec, reading.case, "invalid", limit=limit.relative, cause="no value", grounds=grounds)
