"""How busy the machine is with other things than what is measured, between two moments."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import psutil

from tts_baseline.core.environment import usable_cores
from tts_baseline.core.load import Load
from tts_baseline.measure import children, host

_PRESSURE = Path("/proc/pressure/cpu")
_FREQUENCIES = Path("/sys/devices/system/cpu")
_SHORTEST_S = 1e-3
_CORES_ASKED = 8  # chosen: each is a file to read, and eight take less than 0.1 ms


class Sample(NamedTuple):
    """A moment: its time, CPU seconds since boot on the cores that this process may use, and its own.

    `machine` is the time of all cores; `waited` are the seconds in which some process waited for a CPU.
    """

    at: float
    cores: int
    worked: float
    own: float
    machine: host.CpuTime
    waited: float | None = None
    frequency: float | None = None
    load_average: float | None = None


def sample() -> Sample:
    """The machine now, in less than a millisecond; own is this process with all its descendants."""
    cores = usable_cores()
    own = time.process_time() + children.cpu_s()
    return Sample(
        at=time.monotonic(),
        cores=len(cores),
        worked=sum(map(host.worked, _of_cores(cores))),
        own=own,
        machine=host.cpu_time(),
        waited=_waited(),
        frequency=_frequency(cores),
        load_average=round(os.getloadavg()[0], 2),
    )


def between(before: Sample, now: Sample) -> Load:
    """What else the machine did meanwhile, in shares; None for what the system does not tell."""
    seconds = max(now.at - before.at, _SHORTEST_S)
    others = (now.worked - before.worked) - (now.own - before.own)
    waiting = None
    if now.waited is not None and before.waited is not None:
        waiting = _share((now.waited - before.waited) / seconds)
    return Load(
        others=_share(others / (seconds * now.cores)),
        stolen=_share(host.stolen(before.machine, now.machine)),
        waiting=waiting,
        frequency=now.frequency,
        load_average=now.load_average,
    )


def _of_cores(cores: Sequence[int]) -> list[object]:
    times = psutil.cpu_times(percpu=True)
    return [times[core] for core in cores if core < len(times)]


def _waited() -> float | None:
    """Seconds in which some process of the machine waited for a CPU (pressure stall information)."""
    with contextlib.suppress(OSError):
        if found := re.search(r"some .*total=(\d+)", _PRESSURE.read_text()):
            return int(found[1]) / 1e6
    return None


def _frequency(cores: Sequence[int]) -> float | None:
    """The cores' mean frequency now, as a share of their highest; a virtual machine does not know."""
    shares = []
    for core in cores[:_CORES_ASKED]:
        folder = _FREQUENCIES / f"cpu{core}" / "cpufreq"
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
            now, highest = ((folder / name).read_text() for name in ("scaling_cur_freq", "cpuinfo_max_freq"))
            shares.append(int(now) / int(highest))
    return _share(fmean(shares)) if shares else None


def _share(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 3)
