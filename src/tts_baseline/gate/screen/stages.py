"""Which stages the screen saw move: mean seconds a call, now and in the accepted runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from tts_baseline.core.records import Run


def moved(run: Run, earlier: Sequence[Run], case: str | None = None) -> dict[str, float]:
    """By stage, how many seconds more a call takes than in earlier runs; of one case, or over all."""
    now, then = _means([run], case), _means(earlier, case)
    return {name: now[name] - then.get(name, 0.0) for name in now}


def _means(runs: Sequence[Run], case: str | None) -> dict[str, float]:
    processes = [replicate.calls for run in runs for replicate in run.replicates]
    columns: defaultdict[str, list[float]] = defaultdict(list)
    if case is None:
        chosen = [calls for process in processes for calls in process.values()]
    else:
        chosen = [process[case] for process in processes if case in process]
    for calls in chosen:
        for name, column in calls.stages.items():
            # Of accepted runs each has one value, and fmean takes longer than all else here.
            columns[name].append(fmean(column) if len(column) > 1 else column[0])
    return {name: fmean(values) for name, values in columns.items()}
