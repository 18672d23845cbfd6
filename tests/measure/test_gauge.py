"""The GPU's meters, by stand-ins for NVML, torch's CUDA and its profiler; the voice moves the clock."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pynvml
import pytest

from tests.support.nvml import FakeNvml
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.measure import device
from tts_baseline.measure.gauge import gauge, union_s

REQUESTS = [Request(text="hola"), Request(text="adiós")]
HOT = pynvml.nvmlClocksEventReasonSwThermalSlowdown


class Machine:
    """Each request takes a second of its clock, and is half a second of sound; kernels are given."""

    def __init__(self, monkeypatch, uuid: str = "bbbb", **options) -> None:
        self.now, self.calls, self.nvml = 10.0, 0, FakeNvml(**options)
        self.spans = [("gemm", 0, 300_000), ("Memcpy HtoD", 300_000, 900_000), ("softmax", 200_000, 500_000)]
        properties = SimpleNamespace(uuid=uuid)
        cuda = SimpleNamespace(
            is_initialized=lambda: True,
            synchronize=lambda: None,
            reset_peak_memory_stats=lambda: None,
            current_device=lambda: 0,
            get_device_properties=lambda _: properties,
            get_device_name=lambda: "some device",
            max_memory_allocated=lambda: 600,
            max_memory_reserved=lambda: 800,
        )
        profiler = ModuleType("torch.profiler")
        profiler.ProfilerActivity = SimpleNamespace(CUDA="cuda")
        profiler.profile = lambda activities: self
        monkeypatch.setitem(sys.modules, "pynvml", self.nvml.module())
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
        monkeypatch.setitem(sys.modules, "torch.profiler", profiler)
        device.handle_of.cache_clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def events(self):
        for name, start, end in self.spans:
            times = SimpleNamespace(start=start, end=end)
            yield SimpleNamespace(name=name, device_type="DeviceType.CUDA", time_range=times)
        yield SimpleNamespace(name="host", device_type="DeviceType.CPU", time_range=None)

    def speak(self, request):
        self.now, self.calls = self.now + 1, self.calls + 1
        return SimpleNamespace(samples=np.zeros(4000), sample_rate=8000)

    def gauged(self, least_s: float = 3.0):
        return gauge(self.speak, REQUESTS, least_s, clock=lambda: self.now, watch=twice)


def twice(meter, done, looks) -> None:
    """Two looks, however long it takes."""
    looks += [meter.look(), meter.look()]


@pytest.fixture
def machine(monkeypatch):
    yield lambda **options: Machine(monkeypatch, **options)
    device.handle_of.cache_clear()


def test_the_meters_are_read_over_whole_rounds(machine) -> None:
    here = machine()
    here.nvml.energy_mj = [1_000_000, 3_000_000]  # 2 kJ over two rounds of two requests
    here.nvml.power_mw = [50_000, 70_000, 400_000, 500_000]
    here.nvml.slowed = [0, 0, 0, HOT]
    use = here.gauged()
    assert (use.device, use.requests, use.seconds, use.audio_s) == ("NVIDIA H100 80GB HBM3", 4, 4.0, 2.0)
    assert (use.energy_j, use.power_w, use.idle_power_w) == (500.0, 450.0, 60.0)
    assert (use.utilisation, use.clock_hz, use.temperature_c) == (0.8, 1755e6, 61.0)
    assert use.throttled == 0.5
    assert (use.allocated, use.reserved, use.peak_flops) == (600, 800, 989e12)


def test_kernels_and_idle_share_are_those_of_the_kernels_own_times(machine) -> None:
    use = machine().gauged()
    assert use.kernels == 1.0  # two in a round of two requests; a copy is none
    assert use.idle == pytest.approx(1 - 0.5 * 2 / 4)  # 0.5 s of each round, two rounds in 4 s


def test_an_instance_has_no_meter_of_its_own_and_the_clock_and_heat_of_its_board(machine) -> None:
    use = machine(uuid="cccc", divided=True).gauged()
    assert use.device.endswith("MIG 1g.10gb")
    assert (use.energy_j, use.power_w, use.idle_power_w, use.peak_flops) == (None,) * 4
    assert (use.clock_hz, use.temperature_c, use.throttled) == (1755e6, 61.0, 0.0)


def test_what_a_board_does_not_tell_is_none_and_the_rest_is_read(machine) -> None:
    lacks = ("nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetUtilizationRates")
    use = machine(lacks=lacks).gauged()
    assert (use.energy_j, use.utilisation) == (None, None)
    assert use.power_w == 50.0


def test_a_device_that_nvml_does_not_know_has_torchs_name_and_memory(machine) -> None:
    use = machine(uuid="").gauged()
    assert (use.device, use.power_w, use.clock_hz, use.throttled) == ("some device", None, None, None)
    assert use.reserved == 800


def test_a_profiler_that_tells_nothing_leaves_none(machine) -> None:
    here = machine()
    here.spans = []
    use = here.gauged()
    assert (use.kernels, use.idle) == (None, None)


def test_a_round_is_made_however_little_time_there_is(machine) -> None:
    assert machine().gauged(least_s=0.0).requests == 2


def test_without_cuda_there_is_nothing_to_meter(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(RequestFailed, match="uses no CUDA device"):
        gauge(lambda _: None, REQUESTS, 1.0)


@pytest.mark.parametrize(
    ("spans", "covered"),
    [([], 0), ([(0, 1), (2, 3)], 2), ([(0, 3), (1, 2), (2, 5)], 5), ([(1, 2), (1, 2)], 1)],
)
def test_time_that_overlaps_counts_once(spans, covered: float) -> None:
    assert union_s(spans) == covered
