"""The scores of a metric in a run, by case, and how far each is from what was accepted."""

from __future__ import annotations

from tts_baseline.core.records import Quality, Run


def scored(run: Run, metric: str) -> dict[str, float]:
    """The value of each case that has one."""
    found = run.by_metric.get(metric, {})
    return {case: each.value for case, each in found.items() if case and each.value is not None}


def moved(run: Run, quality: Quality | None, metric: str) -> dict[str, float]:
    """The value less the accepted one, of each case that has both."""
    known = quality.cases if quality else {}
    then = {case: each.scores[metric].value for case, each in known.items() if metric in each.scores}
    return {
        case: value - before
        for case, value in scored(run, metric).items()
        if (before := then.get(case)) is not None
    }
