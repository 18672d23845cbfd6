"""What the GPU does while the pipeline answers request after request: NVML's meters, and the kernels' times.

Energy meters refresh every 20 to 100 ms, so that it takes seconds of requests to read one.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from time import perf_counter
from typing import Any, NamedTuple

from tts_baseline.core import gpu
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.records import Request
from tts_baseline.measure import device, memory

_PERIOD_S = 0.1  # chosen: meters refresh no faster
_IDLE_S = 1.0  # chosen: ten looks at the power of a GPU that does nothing


class MeterLook(NamedTuple):
    """One look at the meters; None is what this board does not tell."""

    utilisation: float | None
    power_w: float | None
    clock_hz: float | None
    temperature_c: float | None
    is_slowed: bool | None


class Kernels(NamedTuple):
    """How many kernels ran, and seconds in which at least one did."""

    launches: int
    busy_s: float


class Meter:
    """NVML's meters of one device, a MIG instance of a board as well."""

    def __init__(self, uuid: str) -> None:
        self._handle = _or_none(lambda: device.handle_of(uuid))
        self._board = None if self._handle is None else gpu.board_of(self._handle)
        self._is_whole = self._handle is self._board

    @property
    def name(self) -> str:
        """The device's name; empty where NVML does not know it."""
        return str(self._ask("nvmlDeviceGetName", self._handle) or "")

    def look(self) -> MeterLook:
        """The meters now."""
        import pynvml

        rates = self._ask("nvmlDeviceGetUtilizationRates", self._handle)
        power = self._ask("nvmlDeviceGetPowerUsage", self._board) if self._is_whole else None
        clock = self._ask("nvmlDeviceGetClockInfo", self._board, pynvml.NVML_CLOCK_SM)
        temperature = self._ask("nvmlDeviceGetTemperature", self._board, pynvml.NVML_TEMPERATURE_GPU)
        return MeterLook(
            utilisation=None if rates is None else rates.gpu / 100,
            power_w=None if power is None else power / 1e3,
            clock_hz=None if clock is None else clock * 1e6,
            temperature_c=None if temperature is None else float(temperature),
            is_slowed=None if self._board is None else _or_none(lambda: device.is_slowed(self._board)),
        )

    def energy_j(self) -> float | None:
        """What the board has used since its driver was loaded; None of an instance, which has no meter."""
        used = self._ask("nvmlDeviceGetTotalEnergyConsumption", self._board) if self._is_whole else None
        return None if used is None else used / 1e3

    def _ask(self, what: str, handle: Any, *more: int) -> Any:
        import pynvml

        return None if handle is None else _or_none(lambda: getattr(pynvml, what)(handle, *more))


Watching = Callable[[Meter, threading.Event, list[MeterLook]], None]


def gauge(
    speak: Callable[[Request], Any],
    requests: Sequence[Request],
    least_s: float,
    clock: Callable[[], float] = perf_counter,
    watch: Watching | None = None,
) -> GpuUse:
    """What the GPU does over whole rounds of these requests, for at least so many seconds.

    Raises RequestFailed where the pipeline uses none, and what it raises.
    """
    cuda = memory.live_cuda()
    if cuda is None:
        raise RequestFailed("the pipeline uses no CUDA device", hint="--device cuda")
    watch = watch or _watch
    meter = Meter(device.uuid_of(cuda))
    cuda.synchronize()
    before = _looks(meter, watch, lambda: threading.Event().wait(_IDLE_S))
    cuda.reset_peak_memory_stats()
    audio_s, rounds = 0.0, 0
    energy, begun = meter.energy_j(), clock()

    def answer() -> None:
        nonlocal audio_s, rounds
        while rounds == 0 or clock() - begun < least_s:
            rounds += 1
            for request in requests:
                said = speak(request)
                audio_s += len(said.samples) / said.sample_rate
            cuda.synchronize()

    looks = _looks(meter, watch, answer)
    seconds, after = clock() - begun, meter.energy_j()
    allocated, reserved = int(cuda.max_memory_allocated()), int(cuda.max_memory_reserved())
    ran = _kernels(lambda: [speak(request) for request in requests], cuda)
    asked = rounds * len(requests)
    return GpuUse(
        device=meter.name or str(cuda.get_device_name()),
        requests=asked,
        seconds=seconds,
        audio_s=audio_s,
        peak_flops=gpu.peak_flops(meter.name),
        utilisation=_mean(look.utilisation for look in looks),
        idle=None if ran is None else min(max(1 - ran.busy_s * rounds / seconds, 0.0), 1.0),
        kernels=None if ran is None else ran.launches / len(requests),
        energy_j=None if energy is None or after is None else max(after - energy, 0.0) / asked,
        power_w=_mean(look.power_w for look in looks),
        idle_power_w=_mean(look.power_w for look in before),
        clock_hz=_mean(look.clock_hz for look in looks),
        temperature_c=max((t for look in looks if (t := look.temperature_c) is not None), default=None),
        throttled=_mean(look.is_slowed for look in looks),
        allocated=allocated,
        reserved=reserved,
    )


def union_s(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that at least one of these spans covers."""
    covered, until = 0.0, float("-inf")
    for start, stop in sorted(spans):
        covered += max(stop - max(start, until), 0.0)
        until = max(until, stop)
    return covered


def _kernels(call: Callable[[], object], cuda: Any) -> Kernels | None:
    """What runs on the device in a call, by torch's profiler; None where it does not tell."""
    profiler: Any = importlib.import_module("torch.profiler")
    with profiler.profile(activities=[profiler.ProfilerActivity.CUDA]) as profile:
        call()
        cuda.synchronize()
    spans = [
        (event.time_range.start / 1e6, event.time_range.end / 1e6)
        for event in profile.events()
        if "CUDA" in str(event.device_type) and not event.name.startswith(("Memcpy", "Memset"))
    ]
    return Kernels(len(spans), union_s(spans)) if spans else None


def _looks(
    meter: Meter,
    watch: Watching,
    meanwhile: Callable[[], object],
) -> list[MeterLook]:
    """What a watching thread saw of the meters in the meantime."""
    looks: list[MeterLook] = []
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(meter, done, looks), daemon=True)
    watcher.start()
    try:
        meanwhile()
    finally:
        done.set()
        watcher.join()
    return looks


def _watch(meter: Meter, done: threading.Event, looks: list[MeterLook]) -> None:
    while not done.wait(_PERIOD_S):
        looks.append(meter.look())


def _mean(values: Iterable[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None


def _or_none(ask: Callable[[], Any]) -> Any:
    import pynvml

    try:
        return ask()
    except pynvml.NVMLError:
        return None
