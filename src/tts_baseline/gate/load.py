"""Whether a run was measured on a busy machine, and what that is in words. It never gates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import fmean

from tts_baseline.core.load import Load
from tts_baseline.core.records import Run
from tts_baseline.gate.judge.disturbances import STOLEN

# The rule by which recordings of an idle machine were told from others (docs/judge.md, "What counts").
OTHERS = 0.1
_SHOWN = 0.005  # less is 0 %
_DIGITS = 3  # those of the parts


def of(run: Run) -> Load | None:
    """The mean over a run's replicates; None where none of them knows, as in runs of earlier versions."""
    known = [replicate.load for replicate in run.replicates if replicate.load is not None]
    if not known:
        return None

    def mean(value: Callable[[Load], float | None]) -> float | None:
        return _mean(map(value, known))

    return Load(
        others=mean(lambda load: load.others),
        stolen=mean(lambda load: load.stolen),
        waiting=mean(lambda load: load.waiting),
        frequency=mean(lambda load: load.frequency),
        load_average=mean(lambda load: load.load_average),
    )


def is_busy(load: Load | None) -> bool:
    """True where other processes, or other guests of the host, had more than a tenth of the CPU time."""
    return load is not None and ((load.others or 0.0) > OTHERS or (load.stolen or 0.0) > STOLEN)


def trouble(run: Run) -> str:
    """'the machine was busy: other processes used 43% of …' for a run of a busy machine, else empty."""
    load = of(run)
    return f"the machine was busy: {shown(load)}" if load is not None and is_busy(load) else ""


def shown(load: Load) -> str:
    """What is known of a load, in words."""
    parts = []
    if load.others is not None:
        parts.append(f"other processes used {load.others:.0%} of its CPU time")
    if load.stolen is not None and load.stolen >= _SHOWN:
        parts.append(f"the host gave {load.stolen:.0%} to other guests")
    if load.waiting is not None:
        parts.append(f"a process waited for a CPU {load.waiting:.0%} of the time")
    if load.frequency is not None:
        parts.append(f"its cores ran at {load.frequency:.0%} of their highest frequency")
    if load.load_average is not None:
        parts.append(f"load average {load.load_average:.1f}")
    return ", ".join(parts) or "nothing is known of its load"


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), _DIGITS) if known else None
