"""What a run did to its GPU, as figures."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.records import Run
from tts_baseline.report.benchmark.figures import Figure, FigureRow, FigureTable


def gpu_tables(run: Run) -> Iterator[FigureTable]:
    """The table of a run whose GPU was metered; of any other, none."""
    if run.gpu is None:
        return
    use = run.gpu
    rows = tuple(
        FigureRow(name=name, cells=(Figure(value=value, unit=unit, count=use.requests, of=use.requests),))
        for name, value, unit in _figures(use, _flops(run))
        if value is not None
    )
    yield FigureTable(title=f"the GPU, {use.device}", about="meter", heads=("value",), rows=rows)


def mfu(use: GpuUse, flops: float | None) -> float | None:
    """The part of the device's peak that requests of so many FLOPs used; None where either is not known."""
    if not flops or not use.peak_flops:
        return None
    return flops * use.requests / use.seconds / use.peak_flops


def _figures(use: GpuUse, flops: float | None) -> Iterator[tuple[str, float | None, str]]:
    part = mfu(use, flops)
    yield "utilisation (a kernel was there)", _percent(use.utilisation), "%"
    yield "idle (no kernel ran)", _percent(use.idle), "%"
    yield "MFU (of the peak in half precision)", _percent(part), "%"
    yield "kernels a request", use.kernels, "1"
    yield "power", use.power_w, "W"
    yield "power, idle before", use.idle_power_w, "W"
    per_second = None
    if use.energy_j is not None and use.audio_s:
        per_second = use.energy_j * use.requests / use.audio_s
    yield "energy per second of audio", per_second, "J"
    yield "clock", use.clock_hz, "Hz"
    yield "temperature, highest", use.temperature_c, "°C"
    yield "slowed by heat or power", _percent(use.throttled), "%"
    yield "allocated, peak", use.allocated, "B"
    yield "reserved, peak", use.reserved, "B"
    if use.reserved and use.allocated is not None:
        yield "reserved and unused at the peak", _percent(1 - use.allocated / use.reserved), "%"


def _percent(part: float | None) -> float | None:
    return None if part is None else 100 * part


def _flops(run: Run) -> float | None:
    """The mean FLOPs of a request, where every case's were counted."""
    works = [calls.work for calls in run.replicates[0].calls.values()]
    counted = [sum(work.flops.values()) for work in works if work is not None and work.flops]
    return fmean(counted) if counted and len(counted) == len(works) else None
