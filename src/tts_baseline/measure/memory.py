"""Memory of this process: peak resident set, unique set size, CUDA peak."""

from __future__ import annotations

import sys
from os import getpid  # by name: a pipeline may replace it
from pathlib import Path
from typing import Any

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def reset_peaks() -> None:
    """Reset the peaks, so that the next reading is of the next request alone.

    Linux resets the resident high-water mark on writing 5 to clear_refs (proc(5)).
    """
    if _CLEAR.exists():
        _CLEAR.write_text("5")
    cuda = live_cuda()
    if cuda is not None:
        cuda.reset_peak_memory_stats()


def peak_rss() -> int | None:
    """Peak resident bytes since the last reset; None if the system does not report it."""
    if not _STATUS.exists():
        return None
    for line in _STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def unique_set_size() -> int | None:
    """Bytes that would come free if this process ended (USS)."""
    import psutil

    return getattr(psutil.Process(getpid()).memory_full_info(), "uss", None)


def peak_cuda() -> int | None:
    """Peak bytes that torch allocated on the current CUDA device since the last reset; None without CUDA."""
    cuda = live_cuda()
    return None if cuda is None else int(cuda.max_memory_allocated())


def synchronize() -> None:
    """Wait until the GPU is done, so that wall time includes its work."""
    cuda = live_cuda()
    if cuda is not None:
        cuda.synchronize()


def live_cuda() -> Any:
    """`torch.cuda` if the pipeline has imported torch and uses a GPU, else None."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    return cuda if cuda is not None and cuda.is_initialized() else None
