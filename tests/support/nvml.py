"""A stand-in for NVML: two boards, one of which may be divided, and meters that move when they are read."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pynvml

BOARDS = ("GPU-aaaa", "GPU-bbbb")
INSTANCE = "MIG-cccc"
NAMES = {
    "GPU-aaaa": "NVIDIA A100-SXM4-80GB",
    "GPU-bbbb": "NVIDIA H100 80GB HBM3",
    INSTANCE: "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
}


class FakeNvml:
    """Two boards; `divided` puts the second into instances. `lacks` are functions that are not supported."""

    def __init__(self, *, divided: bool = False, lacks: tuple[str, ...] = ()) -> None:
        self.divided, self.lacks = divided, lacks
        self.power_mw = [50_000]
        self.energy_mj = [1_000_000]
        self.slowed = [0]

    def module(self) -> ModuleType:
        """What `import pynvml` gives instead."""
        fake = ModuleType("pynvml")
        fake.__dict__.update({name: value for name, value in vars(pynvml).items() if isinstance(value, int)})
        fake.NVMLError = pynvml.NVMLError
        fake.nvmlInit = fake.nvmlShutdown = lambda: None
        for name in dir(type(self)):
            if name.startswith("nvml"):
                setattr(fake, name, self._supported(name))
        return fake

    def _supported(self, name: str):
        def call(*words):
            if name in self.lacks:
                raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
            return getattr(self, name)(*words)

        return call

    def nvmlSystemGetDriverVersion(self):
        return "550.54"

    def nvmlDeviceGetHandleByIndex(self, index):
        if index >= len(BOARDS):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_INVALID_ARGUMENT)
        return BOARDS[index]

    def nvmlDeviceGetHandleByUUID(self, uuid):
        if uuid not in NAMES:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return uuid

    def nvmlDeviceGetMigMode(self, handle):
        on = self.divided and handle == BOARDS[1]
        return (int(on), int(on))

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle, index):
        assert (handle, index) == (BOARDS[1], 0)
        return INSTANCE

    def nvmlDeviceIsMigDeviceHandle(self, handle):
        return handle == INSTANCE

    def nvmlDeviceGetDeviceHandleFromMigDeviceHandle(self, handle):
        assert handle == INSTANCE
        return BOARDS[1]

    def nvmlDeviceGetName(self, handle):
        return NAMES[handle]

    def nvmlDeviceGetPowerManagementLimit(self, handle):
        return self._of_board(handle, 700_000)

    def nvmlDeviceGetCudaComputeCapability(self, handle):
        return self._of_board(handle, (9, 0) if handle == BOARDS[1] else (8, 0))

    def nvmlDeviceGetUtilizationRates(self, handle):
        return SimpleNamespace(gpu=80, memory=10)

    def nvmlDeviceGetPowerUsage(self, handle):
        return self._of_board(handle, _next(self.power_mw))

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return self._of_board(handle, _next(self.energy_mj))

    def nvmlDeviceGetClockInfo(self, handle, kind):
        assert kind == pynvml.NVML_CLOCK_SM
        return self._of_board(handle, 1755)

    def nvmlDeviceGetTemperature(self, handle, kind):
        assert kind == pynvml.NVML_TEMPERATURE_GPU
        return self._of_board(handle, 61)

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle):
        return self._of_board(handle, _next(self.slowed))

    def _of_board(self, handle, value):
        """What an instance is not told."""
        if handle == INSTANCE:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return value


def _next(values: list):
    return values.pop(0) if len(values) > 1 else values[0]
