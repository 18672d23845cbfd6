"""CPU time that the host of a virtual machine gives to other guests: "steal" on Linux, unknown elsewhere."""

from __future__ import annotations

from typing import NamedTuple

import psutil

_AT_WORK = ("user", "nice", "system", "irq", "softirq")


class CpuTime(NamedTuple):
    """Seconds of all cores since boot: spent on work, and requested but given to other guests."""

    worked: float
    stolen: float


def cpu_time() -> CpuTime:
    """The machine's CPU time so far."""
    times = psutil.cpu_times()
    return CpuTime(worked=worked(times), stolen=getattr(times, "steal", 0.0))


def worked(times: object) -> float:
    """Seconds spent on work in what psutil tells of a core, or of all of them."""
    return float(sum(getattr(times, name, 0.0) for name in _AT_WORK))


def stolen(since: CpuTime, now: CpuTime | None = None) -> float:
    """The share of the CPU time requested since then that the host gave to others; 0 if unknown."""
    now = now or cpu_time()
    worked, stolen = now.worked - since.worked, now.stolen - since.stolen
    return max(stolen, 0.0) / (worked + stolen) if worked + stolen > 0 else 0.0
