"""Which operators of torch a call spends its time in, by torch's own profiler, where torch is loaded."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from tts_baseline.core.outside import storable

_LONGEST = 200  # chosen: characters of an operator's name


def operator_times(call: Callable[[], object]) -> dict[str, float]:
    """Seconds that a call spends in each operator itself, on the CPU and on a device; none without torch.

    Raises what the call raises.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return {}
    profiler: Any = importlib.import_module("torch.profiler")
    watched = [profiler.ProfilerActivity.CPU]
    if torch.cuda.is_initialized():
        watched.append(profiler.ProfilerActivity.CUDA)
    with profiler.profile(activities=watched) as profile:
        call()
    spent: Counter[str] = Counter()
    for event in profile.key_averages():
        if "CUDA" not in str(event.device_type):  # a kernel's time is that of its operator, too
            seconds = (event.self_cpu_time_total + event.self_device_time_total) / 1e6
            spent[storable(str(event.key)[:_LONGEST])] += seconds
    return {name: seconds for name, seconds in spent.items() if seconds > 0}
