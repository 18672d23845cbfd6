"""Extra work of a known length: how a slowdown is planted in a call that is timed.

It is executed, not added to the result: a loop of integer arithmetic, or, where the pipeline is on CUDA,
cycles that the device waits on its own stream.
"""

from __future__ import annotations

import time

from tts_baseline.measure import memory

_REFERENCE_STEPS = 10_000
_SPIN_STEPS = 100
_HZ_PER_KHZ = 1000.0


def reference() -> float:
    """Seconds that a fixed computation takes right now: about a millisecond of integer arithmetic.

    On shared machines the speed of a core drifts by tens of per cent within a minute; calls that
    are compared with it are compared at the same speed (a control variate; gate/clock uses it).
    """
    start = time.perf_counter()
    _compute(_REFERENCE_STEPS)
    return time.perf_counter() - start


def spend(seconds: float) -> None:
    """Compute for this long, on the device that the pipeline computes on."""
    cuda = memory.live_cuda()
    if cuda is not None:
        properties = cuda.get_device_properties(cuda.current_device())
        cuda._sleep(int(seconds * properties.clock_rate * _HZ_PER_KHZ))
        return
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        _compute(_SPIN_STEPS)


def _compute(steps: int) -> None:
    total = 0
    for step in range(steps):
        total += step * step
