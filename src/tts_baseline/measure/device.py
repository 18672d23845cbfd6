"""The GPU's own clock, CUDA event time x SM clock, and whether the GPU was throttled.

A GPU that throttles takes longer for the same work, but the same number of cycles.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from tts_baseline.core import gpu
from tts_baseline.measure import memory

_HZ_PER_MHZ = 1e6
_S_PER_MS = 1e-3


class Lap(NamedTuple):
    """Cycles of the GPU during a call, and whether it was throttled at the end; None without CUDA."""

    cycles: float | None = None
    is_throttled: bool | None = None


class Stopwatch:
    """Starts when created; without CUDA it does nothing."""

    def __init__(self, cuda: Any) -> None:
        self._cuda = cuda
        if cuda is not None:
            self._begin, self._end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
            self._begin.record()

    def stop(self) -> Lap:
        """The lap, after waiting for the device. Without a clock rate from NVML it has no cycles."""
        if self._cuda is None:
            return Lap()
        self._end.record()
        self._end.synchronize()
        seconds = self._begin.elapsed_time(self._end) * _S_PER_MS
        clock_mhz, is_throttled = _state(uuid_of(self._cuda))
        return Lap(None if clock_mhz is None else seconds * clock_mhz * _HZ_PER_MHZ, is_throttled)


def stopwatch() -> Stopwatch:
    """A running stopwatch of the device that the pipeline computes on."""
    return Stopwatch(memory.live_cuda())


def _state(uuid: str) -> tuple[float | None, bool | None]:
    import pynvml

    try:
        board = gpu.board_of(handle_of(uuid))
        clock = float(pynvml.nvmlDeviceGetClockInfo(board, pynvml.NVML_CLOCK_SM))
        return clock, is_slowed(board)
    except pynvml.NVMLError:
        return None, None


def is_slowed(board: Any) -> bool:
    """Whether heat or power slow the board down now; raises NVMLError."""
    import pynvml

    slowing = (
        pynvml.nvmlClocksEventReasonSwPowerCap
        | pynvml.nvmlClocksEventReasonSwThermalSlowdown
        | pynvml.nvmlClocksThrottleReasonHwSlowdown
        | pynvml.nvmlClocksThrottleReasonHwThermalSlowdown
        | pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown
    )
    return bool(pynvml.nvmlDeviceGetCurrentClocksEventReasons(board) & slowing)


@functools.cache
def handle_of(uuid: str) -> Any:
    """NVML's handle of torch's device, a MIG instance as well; raises NVMLError."""
    import pynvml

    pynvml.nvmlInit()
    return gpu.by_uuid(uuid)


def uuid_of(cuda: Any) -> str:
    """The identifier of the device that torch computes on; empty of older versions, which do not tell."""
    return str(getattr(cuda.get_device_properties(cuda.current_device()), "uuid", ""))
