"""Which cases of a run were accepted with the same request, and what the others lack."""

from __future__ import annotations

from tts_baseline.core.records import Baseline, Case, QualityCase, Run
from tts_baseline.core.verdict import Cause


def accepted(run: Run, baseline: Baseline) -> dict[str, QualityCase]:
    """What quality.json has of the cases of a run that are asked for as they were when accepted."""
    known = baseline.quality.cases if baseline.quality else {}
    return {
        case.id: known[case.id]
        for case in run.cases
        if case.id in known and known[case.id].request == case.request
    }


def why_new(case: Case, baseline: Baseline) -> Cause:
    """Why a metric of this case has nothing accepted."""
    if baseline.quality is None:
        return "nothing accepted"
    if case.id not in baseline.quality.cases:
        return "new case"
    return "new metric" if baseline.quality.cases[case.id].request == case.request else "new text"
