"""The device's clock, with stand-ins for CUDA and NVML."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pynvml
import pytest

from tts_baseline.core.records import Request
from tts_baseline.measure import device
from tts_baseline.measure.client import Worker
from tts_baseline.measure.device import Lap

UUID = "5a2c1f0e-0000-1111-2222-333344445555"
REASONS = {
    "idle": pynvml.nvmlClocksEventReasonGpuIdle,
    "application clocks": pynvml.nvmlClocksEventReasonApplicationsClocksSetting,
    "sync boost": pynvml.nvmlClocksEventReasonSyncBoost,
    "display": pynvml.nvmlClocksEventReasonDisplayClockSetting,
    "power cap": pynvml.nvmlClocksEventReasonSwPowerCap,
    "heat": pynvml.nvmlClocksEventReasonSwThermalSlowdown,
    "hardware": pynvml.nvmlClocksEventReasonHwSlowdown,
    "hardware heat": pynvml.nvmlClocksEventReasonHwThermalSlowdown,
    "power brake": pynvml.nvmlClocksEventReasonHwPowerBrakeSlowdown,
}
HARMLESS = ("idle", "application clocks", "sync boost", "display")


class Event:
    """Notes what is done to it; between two of them lie 12.5 ms."""

    def __init__(self, log: list[str], *, enable_timing: bool) -> None:
        assert enable_timing
        self.log = log

    def record(self) -> None:
        self.log.append("record")

    def synchronize(self) -> None:
        self.log.append("wait")

    def elapsed_time(self, end: Event) -> float:
        assert end is not self
        self.log.append("read")
        return 12.5


class Gpu:
    """CUDA and NVML of a machine with two GPUs, of which torch uses the second."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.uuid: object = UUID
        self.asked: list[str] = []
        self.inits = 0
        self.clock_mhz = 1755
        self.reasons = 0
        self.fails = ""
        self.cuda = SimpleNamespace(
            is_initialized=lambda: True,
            Event=lambda **options: Event(self.log, **options),
            current_device=lambda: 1,
            get_device_properties=lambda index: SimpleNamespace(uuid=[None, self.uuid][index]),
        )

    def nvml(self) -> ModuleType:
        fake = ModuleType("pynvml")
        fake.__dict__.update({name: value for name, value in vars(pynvml).items() if isinstance(value, int)})
        fake.NVMLError = pynvml.NVMLError
        fake.nvmlInit = self._init
        fake.nvmlDeviceGetHandleByUUID = self._handle
        fake.nvmlDeviceIsMigDeviceHandle = lambda _: False
        fake.nvmlDeviceGetClockInfo = self._clock
        fake.nvmlDeviceGetCurrentClocksEventReasons = self._reasons
        return fake

    def _init(self) -> None:
        self.inits += 1
        self._may_fail("init")

    def _handle(self, uuid: str) -> str:
        self.asked.append(uuid)
        self._may_fail("handle")
        return "second"

    def _clock(self, handle: str, kind: int) -> int:
        assert (handle, kind) == ("second", pynvml.NVML_CLOCK_SM)
        self._may_fail("clock")
        return self.clock_mhz

    def _reasons(self, handle: str) -> int:
        assert handle == "second"
        self._may_fail("reasons")
        return self.reasons

    def _may_fail(self, what: str) -> None:
        if self.fails == what:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)


@pytest.fixture
def gpu(monkeypatch):
    gpu = Gpu()
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=gpu.cuda))
    monkeypatch.setitem(sys.modules, "pynvml", gpu.nvml())
    device.handle_of.cache_clear()
    yield gpu
    device.handle_of.cache_clear()


def test_cycles_are_the_time_of_the_device_by_its_clock(gpu) -> None:
    watch = device.stopwatch()
    assert gpu.log == ["record"]
    lap = watch.stop()
    assert lap.cycles == pytest.approx(0.0125 * 1755e6)
    assert lap.is_throttled is False
    assert gpu.log == ["record", "record", "wait", "read"]  # the device is done before its events are read


@pytest.mark.parametrize("reason", REASONS)
def test_a_device_is_throttled_by_heat_or_power_not_by_settings_or_idleness(gpu, reason: str) -> None:
    gpu.reasons = REASONS[reason]
    assert device.stopwatch().stop().is_throttled is (reason not in HARMLESS)
    gpu.reasons |= REASONS["idle"]
    assert device.stopwatch().stop().is_throttled is (reason not in HARMLESS)


class Uuid:
    """torch has a type of its own for it, whose text is the UUID."""

    def __str__(self) -> str:
        return UUID


@pytest.mark.parametrize("uuid", [UUID, f"GPU-{UUID}", Uuid()], ids=["bare", "prefixed", "torch's"])
def test_the_device_is_found_by_its_uuid(gpu, uuid: object) -> None:
    gpu.uuid = uuid
    device.stopwatch().stop()
    assert gpu.asked == [f"GPU-{UUID}"]


def test_nvml_is_started_once_a_process(gpu) -> None:
    for _ in range(3):
        device.stopwatch().stop()
    assert (gpu.inits, len(gpu.asked)) == (1, 1)


@pytest.mark.parametrize("what", ["init", "handle", "clock", "reasons"])
def test_a_gpu_that_nvml_does_not_know_tells_nothing(gpu, what: str) -> None:
    gpu.fails = what
    assert device.stopwatch().stop() == Lap(None, None)
    gpu.fails = ""
    assert device.stopwatch().stop().is_throttled is False  # a failure is not remembered


def test_an_older_torch_that_tells_no_uuid_is_timed_without_cycles(gpu) -> None:
    gpu.fails = "handle"
    gpu.cuda.get_device_properties = lambda _: SimpleNamespace()
    assert device.stopwatch().stop() == Lap(None, None)


@pytest.mark.parametrize(
    "torch", [None, SimpleNamespace(), SimpleNamespace(cuda=SimpleNamespace(is_initialized=lambda: False))]
)
def test_without_cuda_it_tells_nothing_and_imports_nothing(monkeypatch, torch: object) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)  # importing it would raise
    if torch is None:
        monkeypatch.delitem(sys.modules, "torch", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "torch", torch)
    assert device.stopwatch().stop() == Lap(None, None)
    assert ("torch" in sys.modules) is (torch is not None)


def test_a_call_without_cuda_has_no_cycles(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        spoken = worker.speak(Request(text="hola"), full=False, timeout=20)
    assert (spoken.cycles, spoken.is_throttled) == (None, None)
