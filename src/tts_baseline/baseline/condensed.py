"""An accepted run without what no gate asks of it: the calls of thousands of cases would fill the memory."""

from __future__ import annotations

from collections.abc import Iterator
from operator import truediv
from statistics import fmean, median

from msgspec.structs import replace

from tts_baseline.core.records import Calls, Reading, Replicate, Run
from tts_baseline.core.registry import metrics


def condensed(run: Run) -> Run:
    """The run with one value for all calls of a case, and without its sound and text, which quality.json has.

    The value of a stage is the mean, of the other columns the median; CPU time is such that its share of the
    wall time is the median share.
    """
    return replace(
        run,
        replicates=tuple(map(_replicate, run.replicates)),
        audio={},
        recordings={},
        texts={},
        goldens={},
        readings=tuple(_unheard(run)),
        own_readings=(),
        soak=None,
        gpu=None,
    )


def _unheard(run: Run) -> Iterator[Reading]:
    """The readings that are not of the sound, and of ratios the values of each process.

    Equal names are one string: in a file each has its own.
    """
    specs = {name: metric.spec for name, metric in metrics().items()}
    heard = {name for name, spec in specs.items() if spec.is_portable}
    counted = {name for name, spec in specs.items() if spec.decide == "exact"}
    names = {case.id: case.id for case in run.cases}
    for metric in (name for name in run.by_metric if name not in heard):
        for case, reading in run.by_metric[metric].items():
            values = () if metric in counted else reading.values
            yield replace(reading, metric=metric, case=case and names[case], values=values)


def _replicate(replicate: Replicate) -> Replicate:
    return replace(replicate, calls={case: _calls(calls) for case, calls in replicate.calls.items()})


def _calls(calls: Calls) -> Calls:
    wall = median(calls.wall_s)
    share = median(map(truediv, calls.cpu_s, calls.wall_s))
    return replace(
        calls,
        wall_s=(wall,),
        cpu_s=(share * wall,),
        reference_s=(median(calls.reference_s),),
        cycles=(),
        sha256="",
        peak_rss=None,
        uss=None,
        peak_cuda=None,
        stages={name: (fmean(column),) for name, column in calls.stages.items()},
    )
