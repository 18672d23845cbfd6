"""The figures of a GPU: shares, energy by second of sound, and the part of the peak."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.runs import Maker
from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.records import Work
from tts_baseline.report.benchmark.gpu import gpu_tables, mfu

USE = GpuUse(
    device="NVIDIA H100 80GB HBM3", requests=4, seconds=4.0, audio_s=2.0, peak_flops=1e15, utilisation=0.8,
    idle=0.25, kernels=1200.0, energy_j=500.0, power_w=450.0, idle_power_w=60.0, clock_hz=1.755e9,
    temperature_c=61.0, throttled=0.5, allocated=600, reserved=800,
)  # fmt: skip


def figures(use: GpuUse | None, **work: dict[str, int]) -> dict[str, float]:
    run = Maker().run(0.1)
    replicates = [
        replace(one, calls={id: replace(calls, work=Work(**work)) for id, calls in one.calls.items()})
        for one in run.replicates
    ]
    tables = list(gpu_tables(replace(run, gpu=use, replicates=tuple(replicates))))
    return {row.name: row.cells[0].value for table in tables for row in table.rows if row.cells[0]}


def test_the_table_by_hand() -> None:
    told = figures(USE, flops={"mm": 10**14})
    assert told["energy per second of audio"] == 1000.0
    assert told["MFU (of the peak in half precision)"] == pytest.approx(10.0)  # 1e14 a second of 1e15
    assert told["reserved and unused at the peak"] == pytest.approx(25.0)
    assert (told["idle (no kernel ran)"], told["slowed by heat or power"]) == (25.0, 50.0)
    assert told["kernels a request"] == 1200.0


def test_what_is_not_known_has_no_row() -> None:
    assert "MFU (of the peak in half precision)" not in figures(USE)
    assert mfu(replace(USE, peak_flops=None), 1e12) is None
    told = figures(replace(USE, energy_j=None, power_w=None), flops={"mm": 1})
    assert "energy per second of audio" not in told
    assert "power" not in told


def test_a_run_without_a_gpu_has_no_table() -> None:
    assert figures(None) == {}
