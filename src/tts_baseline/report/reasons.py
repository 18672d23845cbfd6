"""Why the suite's verdicts are what they are, in lines under a table."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.explain import causes, reason


def reasons(verdicts: Sequence[Verdict]) -> list[str]:
    """A line for each suite verdict that needs a reason, then what was configured differently."""
    suite = [verdict for verdict in verdicts if verdict.case is None]
    notes = [f"{v.gate} {v.status}: {why}" for v in suite if _has_own_line(v) and (why := reason(v))]
    for status in ("no baseline", "not comparable"):
        alike = [verdict for verdict in suite if verdict.status == status]
        if alike:
            notes.append(f"{', '.join(v.gate for v in alike)} {status}: {reason(alike[0])}")
    return notes + causes(suite)


def _has_own_line(verdict: Verdict) -> bool:
    """True for the judge's verdicts, and for an `ok` that may rest on only some of the cases."""
    if verdict.decided_by == "judge":
        return True
    if verdict.status == "ok":
        return metrics()[verdict.metric].spec.min_valid > 0
    return verdict.status not in ("no baseline", "not comparable")
