"""Which GPU is meant, by a stand-in for NVML: CUDA_VISIBLE_DEVICES and MIG."""

from __future__ import annotations

import sys

import pytest

from tests.support.nvml import FakeNvml
from tts_baseline.core import environment
from tts_baseline.core.gpu import by_uuid, peak_flops


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch):
    def install(visible: str | None = None, **options):
        fake = FakeNvml(**options)
        monkeypatch.setitem(sys.modules, "pynvml", fake.module())
        if visible is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        return fake

    return install


@pytest.mark.parametrize(
    ("visible", "gpu"),
    [
        (None, "NVIDIA A100-SXM4-80GB"),
        ("1", "NVIDIA H100 80GB HBM3"),
        ("1,0", "NVIDIA H100 80GB HBM3"),
        ("GPU-bbbb", "NVIDIA H100 80GB HBM3"),
        ("MIG-cccc", "NVIDIA H100 80GB HBM3 MIG 1g.10gb"),
    ],
)
def test_the_environment_is_of_the_gpu_that_cuda_shows(nvml, visible: str | None, gpu: str) -> None:
    nvml(visible)
    here = environment.read("cuda")
    assert (here.hardware["gpu"], here.hardware["power_limit_mw"]) == (gpu, "700000")
    assert environment.has_cuda()


@pytest.mark.parametrize("visible", ["", "-1", "7", "GPU-none", "nonsense"])
def test_what_cuda_does_not_show_is_no_gpu(nvml, visible: str) -> None:
    nvml(visible)
    assert not environment.has_cuda()
    assert environment.cuda_capability() is None


def test_of_a_divided_board_cuda_shows_the_first_instance(nvml) -> None:
    nvml("1", divided=True)
    assert environment.read("cuda").hardware["gpu"].endswith("MIG 1g.10gb")
    assert environment.cuda_capability() == (9, 0)  # its board's


def test_an_instance_is_other_hardware_than_its_board(nvml) -> None:
    nvml("1")
    whole = environment.read("cuda").key
    nvml("1", divided=True)
    assert environment.read("cuda").key != whole


@pytest.mark.parametrize("uuid", ["bbbb", "GPU-bbbb", "cccc", "MIG-cccc"])
def test_torch_names_boards_and_instances_without_a_prefix(nvml, uuid: str) -> None:
    nvml()
    assert by_uuid(uuid).endswith(uuid[-4:])


def test_the_peak_is_of_whole_boards_that_are_known() -> None:
    assert peak_flops("NVIDIA H100 80GB HBM3") == 989e12
    assert peak_flops("NVIDIA H100 PCIe") == 756e12
    assert peak_flops("NVIDIA L40S") == 362e12
    assert peak_flops("NVIDIA H100 80GB HBM3 MIG 1g.10gb") is None
    assert peak_flops("Abacus 9000") is None
