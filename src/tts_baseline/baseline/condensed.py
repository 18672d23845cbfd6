"""An accepted run without what no gate asks of it: the calls of thousands of cases would fill the memory."""

from __future__ import annotations

from statistics import fmean, median

from msgspec.structs import replace

from tts_baseline.core.records import Calls, Replicate, Run
from tts_baseline.core.registry import metrics


def condensed(run: Run) -> Run:
    """The run with one value for all calls of a case, and without its sound and text, which quality.json has.

    The value of a stage is the mean, of the other columns the median; CPU time is such that its share of the
    wall time is the median share.
    """
    heard = {name for name, metric in metrics().items() if metric.spec.is_portable}
    return replace(
        run,
        replicates=tuple(map(_replicate, run.replicates)),
        audio={},
        recordings={},
        texts={},
        goldens={},
        readings=tuple(reading for reading in run.readings if reading.metric not in heard),
        own_readings=(),
    )


def _replicate(replicate: Replicate) -> Replicate:
    return replace(replicate, calls={case: _calls(calls) for case, calls in replicate.calls.items()})


def _calls(calls: Calls) -> Calls:
    wall = median(calls.wall_s)
    share = median([cpu / wall for cpu, wall in zip(calls.cpu_s, calls.wall_s, strict=True)])
    return replace(
        calls,
        wall_s=(wall,),
        cpu_s=(share * wall,),
        reference_s=(median(calls.reference_s),),
        cycles=(),
        stages={name: (fmean(column),) for name, column in calls.stages.items()},
    )
