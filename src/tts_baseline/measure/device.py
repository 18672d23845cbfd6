"""The GPU's own clock, CUDA event time x SM clock, and whether the GPU was throttled.

A GPU that throttles takes longer for the same work, but the same number of cycles.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

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
        properties = self._cuda.get_device_properties(self._cuda.current_device())
        clock_mhz, is_throttled = _state(str(getattr(properties, "uuid", "")))  # older torch has none
        return Lap(None if clock_mhz is None else seconds * clock_mhz * _HZ_PER_MHZ, is_throttled)


def stopwatch() -> Stopwatch:
    """A running stopwatch of the device that the pipeline computes on."""
    return Stopwatch(memory.live_cuda())


def _state(uuid: str) -> tuple[float | None, bool | None]:
    import pynvml

    try:
        handle = _handle(uuid)
        clock = float(pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM))
        reasons = pynvml.nvmlDeviceGetCurrentClocksEventReasons(handle)
    except pynvml.NVMLError:
        return None, None
    slowing = (
        pynvml.nvmlClocksEventReasonSwPowerCap
        | pynvml.nvmlClocksEventReasonSwThermalSlowdown
        | pynvml.nvmlClocksThrottleReasonHwSlowdown
        | pynvml.nvmlClocksThrottleReasonHwThermalSlowdown
        | pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown
    )
    return clock, bool(reasons & slowing)


@functools.cache
def _handle(uuid: str) -> Any:
    import pynvml

    pynvml.nvmlInit()
    return pynvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
