from __future__ import annotations

import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts_baseline.core import environment
from tts_baseline.core.records import Environment

VERSIONS = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["1", "2"]))


def made_of(software: dict[str, str]) -> Environment:
    return Environment(key="box", device="cpu", hardware={}, software=software)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A GPU that NVML sees, whatever this machine has."""

    class NVMLError(Exception):
        pass

    def unsupported(_handle):
        raise NVMLError("not supported")

    nvml = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda _: "NVIDIA H100 80GB HBM3",
        nvmlDeviceGetMigMode=unsupported,
        nvmlDeviceIsMigDeviceHandle=lambda _: False,
        nvmlDeviceGetPowerManagementLimit=lambda _: 700_000,
        nvmlSystemGetDriverVersion=lambda: "550.54",
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    return nvml


def test_the_key_names_a_file_and_stays() -> None:
    key = environment.read("cpu").key
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*-[0-9a-f]{8}", key)
    assert environment.read("cpu").key == key


def test_software_is_recorded_and_not_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment.read("cpu")
    monkeypatch.setattr(environment.metadata, "version", lambda _: "99.9")
    after = environment.read("cpu")
    assert after.key == before.key
    assert after.software["numpy"] == "99.9" != before.software["numpy"]
    assert "torch 2.1 -> 99.9" in environment.differences(made_of({"torch": "2.1"}), after)


@pytest.mark.parametrize(
    ("name", "value"), [("_cpu_model", lambda: "Abacus 9000"), ("platform.machine", lambda: "riscv64")]
)
def test_other_hardware_is_another_key(monkeypatch: pytest.MonkeyPatch, name: str, value) -> None:
    before = environment.read("cpu").key
    monkeypatch.setattr(f"tts_baseline.core.environment.{name}", value)
    assert environment.read("cpu").key != before


def test_a_gpu_is_in_the_key_of_cuda_runs_only(gpu: SimpleNamespace) -> None:
    here = environment.read("cuda")
    assert here.key.startswith("nvidia-h100-80gb-hbm3-")
    assert here.hardware["mig"] == "n/a"
    assert environment.read("cpu").key != here.key
    assert "gpu" not in environment.read("cpu").hardware
    assert environment.has_cuda()


def test_the_power_limit_is_hardware_and_the_driver_is_not(gpu: SimpleNamespace) -> None:
    before = environment.read("cuda")
    gpu.nvmlSystemGetDriverVersion = lambda: "560.10"
    newer = environment.read("cuda")
    assert (newer.key, newer.software["driver"]) == (before.key, "560.10")
    gpu.nvmlDeviceGetPowerManagementLimit = lambda _: 350_000
    assert environment.read("cuda").key != before.key


@pytest.mark.parametrize("broken", ["nvmlInit", "nvmlDeviceGetHandleByIndex"])
def test_without_a_gpu_there_is_no_cuda(gpu: SimpleNamespace, broken: str) -> None:
    def fails(*_):
        raise gpu.NVMLError("no driver")

    setattr(gpu, broken, fails)
    assert not environment.has_cuda()


def test_looking_for_a_gpu_imports_no_torch() -> None:
    script = (
        "import sys; from tts_baseline.core import environment; environment.has_cuda(); "
        "environment.read('cpu'); print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@settings(deadline=None)
@given(VERSIONS, VERSIONS)
def test_differences_are_what_changed_and_nothing_else(before: dict, now: dict) -> None:
    lines = environment.differences(made_of(before), made_of(now))
    names = [line.split()[0] for line in lines]
    assert names == sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
    for name, line in zip(names, lines, strict=True):
        assert line == f"{name} {before.get(name, '-')} -> {now.get(name, '-')}"


def test_what_a_processor_can_do_is_read_where_linux_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment.cpu_instructions()
    if told is not None:
        assert len(told) > 5
    says: dict[str, object] = {"is_file": lambda _: True}
    for text, found in (
        ("processor: 0\nflags\t\t: fpu avx2 avx512_bf16\nbugs\t: spectre\n", {"fpu", "avx2", "avx512_bf16"}),
        ("Features\t: fp asimd bf16\nCPU part\t: 0xd40\n", {"fp", "asimd", "bf16"}),
        ("processor: 0\n", None),
    ):
        says["read_text"] = lambda *_, text=text, **__: text
        for name, answer in says.items():
            monkeypatch.setattr(environment.Path, name, answer)
        assert environment.cpu_instructions() == found
    monkeypatch.setattr(environment.Path, "is_file", lambda _: False)
    assert environment.cpu_instructions() is None
