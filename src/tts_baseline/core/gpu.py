"""What a GPU did over many requests, and which GPU that is: CUDA_VISIBLE_DEVICES and MIG are respected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from tts_baseline.core import bounds

# Dense products of half precision with float32 sums, FLOP/s, by a part of NVML's name: NVIDIA's data sheets.
_PEAKS = {
    "H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12,
    "A10": 125e12, "T4": 65e12, "V100": 125e12, "RTX 4090": 165e12, "RTX 3090": 71e12,
}  # fmt: skip


class GpuUse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A GPU while it answered `requests` in `seconds`, one after the other; None is what it does not tell.

    device:      its name, with the profile of a MIG instance. peak_flops: the most it could compute a second.
    audio_s:     seconds of sound that came of it.
    utilisation: the part of the time in which some kernel was there, by NVML: no measure of how full it was.
    idle:        the part of the time in which no kernel ran, by the kernels' own times.
    kernels:     launches a request.
    energy_j:    energy a request, idle power included; None of a MIG instance: the board has one meter.
    power_w, idle_power_w: mean while it answered, and before. clock_hz: of its processors, mean.
    temperature_c: the highest. throttled: the part of the looks that found it slowed down by heat or power.
    allocated, reserved: the most bytes that torch used, and took from the device.
    """

    device: str
    requests: bounds.Natural
    seconds: bounds.Duration
    audio_s: bounds.Seconds
    peak_flops: bounds.Positive | None = None
    utilisation: bounds.Part | None = None
    idle: bounds.Part | None = None
    kernels: bounds.NotNegative | None = None
    energy_j: bounds.NotNegative | None = None
    power_w: bounds.NotNegative | None = None
    idle_power_w: bounds.NotNegative | None = None
    clock_hz: bounds.NotNegative | None = None
    temperature_c: bounds.Number | None = None
    throttled: bounds.Part | None = None
    allocated: bounds.Natural | None = None
    reserved: bounds.Natural | None = None


def peak_flops(name: str) -> float | None:
    """The FLOP/s of the GPU with this name; None of one that is not known, and of a part of one."""
    if "MIG" in name:
        return None
    return next((peak for part, peak in _PEAKS.items() if part in name), None)


@contextmanager
def first_visible() -> Iterator[Any]:
    """NVML's handle of the GPU, or MIG instance, that CUDA shows first here; None where it shows none."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield None
        return
    try:
        yield _first(os.environ.get("CUDA_VISIBLE_DEVICES"))
    finally:
        pynvml.nvmlShutdown()


def by_uuid(uuid: str) -> Any:
    """NVML's handle of a GPU or MIG instance; torch's identifiers have no prefix. Raises NVMLError."""
    import pynvml

    if uuid.startswith(("GPU-", "MIG-")):
        return pynvml.nvmlDeviceGetHandleByUUID(uuid)
    try:
        return pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid}")
    except pynvml.NVMLError:
        return pynvml.nvmlDeviceGetHandleByUUID(f"MIG-{uuid}")


def board_of(handle: Any) -> Any:
    """The board that a MIG instance is a part of, whose clocks and heat it has; any other handle itself."""
    import pynvml

    try:
        if pynvml.nvmlDeviceIsMigDeviceHandle(handle):
            return pynvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle)
    except pynvml.NVMLError:
        pass  # older drivers know no instances
    return handle


def _first(visible: str | None) -> Any:
    import pynvml

    chosen = "0" if visible is None else visible.split(",")[0].strip()
    try:
        if chosen.startswith(("GPU-", "MIG-")):
            return pynvml.nvmlDeviceGetHandleByUUID(chosen)
        index = int(chosen)
        return _instance(pynvml.nvmlDeviceGetHandleByIndex(index)) if index >= 0 else None
    except (ValueError, pynvml.NVMLError):
        return None  # CUDA shows nothing from the first name on that it does not know


def _instance(board: Any) -> Any:
    """The first instance of a board that is divided, all that CUDA shows of it; any other board itself."""
    import pynvml

    try:
        is_divided = pynvml.nvmlDeviceGetMigMode(board)[0] == pynvml.NVML_DEVICE_MIG_ENABLE
        return pynvml.nvmlDeviceGetMigDeviceHandleByIndex(board, 0) if is_divided else board
    except pynvml.NVMLError:
        return board
