"""What a run is the first of: its pipeline's first at all, of a machine, of some cases or metrics."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.records import Baseline
from tts_baseline.core.verdict import Verdict


def newness(verdicts: Sequence[Verdict], baseline: Baseline) -> str:
    """What `baseline` lacked: 'there was no baseline', or 'new metric ltas; first run on this machine'."""
    if baseline.quality is None:
        return "there was no baseline"
    cases = {v.case: None for v in verdicts if v.case is not None and v.cause == "new case"}
    metrics = {v.gate: None for v in verdicts if v.cause == "new metric"}
    parts = [_counted("metric", list(metrics)), _counted("case", list(cases))]
    if not baseline.runs:
        parts.append("first run on this machine")
    return "; ".join(filter(None, parts))


def _counted(kind: str, names: Sequence[str]) -> str:
    if len(names) > 1:
        return f"{len(names)} new {kind}s"
    return f"new {kind} {names[0]}" if names else ""
