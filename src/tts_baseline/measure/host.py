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
    return CpuTime(
        worked=sum(getattr(times, name, 0.0) for name in _AT_WORK), stolen=getattr(times, "steal", 0.0)
    )


def stolen(since: CpuTime) -> float:
    """The share of the CPU time requested since then that the host gave to others; 0 if unknown."""
    now = cpu_time()
    worked, stolen = now.worked - since.worked, now.stolen - since.stolen
    return max(stolen, 0.0) / (worked + stolen) if worked + stolen > 0 else 0.0
