"""Extra work of a known length, to plant a slowdown in a timed call.

The work is executed, not added to the result: a loop of integer arithmetic, or, for a pipeline on CUDA, a
kernel that waits for a number of cycles.
"""

from __future__ import annotations

from time import perf_counter

from tts_baseline.measure import memory

_REFERENCE_STEPS = 10_000  # chosen: about a millisecond; benchmarks/reference_clock studies its use
_SPIN_STEPS = 100  # chosen: about 10 µs, so that `spend` is that exact
_HZ_PER_KHZ = 1000.0


def reference() -> float:
    """Seconds that a fixed computation takes now: about a millisecond of integer arithmetic.

    On shared machines the speed of a core drifts by tens of per cent within a minute. The gate corrects calls
    for it by this control variate (docs/method.md, "The reference clock").
    """
    start = perf_counter()
    _compute(_REFERENCE_STEPS)
    return perf_counter() - start


def spend(seconds: float) -> None:
    """Compute for this long, on the pipeline's device."""
    cuda = memory.live_cuda()
    if cuda is not None:
        properties = cuda.get_device_properties(cuda.current_device())
        cuda._sleep(int(seconds * properties.clock_rate * _HZ_PER_KHZ))
        return
    end = perf_counter() + seconds
    while perf_counter() < end:
        _compute(_SPIN_STEPS)


def _compute(steps: int) -> None:
    total = 0
    for step in range(steps):
        total += step * step
