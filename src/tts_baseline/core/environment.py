"""The environment of a run: a key for the class of hardware, and the software versions."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

from tts_baseline.core import gpu, scored_by
from tts_baseline.core.packages import declared
from tts_baseline.core.records import Environment


def read(device: Literal["cpu", "cuda"], target: str = "", paths: Sequence[Path] = ()) -> Environment:
    """The environment of this process; its key depends on the hardware alone.

    The software is Python, the kernel, the code of the metrics, and the packages that metrics and pipelines
    declare, including the pipeline at `target` (see `packages`).
    """
    hardware = _cpu() | (_gpu() if device == "cuda" else {})
    slug = re.sub(r"[^a-z0-9]+", "-", _label(hardware).lower()).strip("-")[:40].strip("-")
    software = _software(device, declared(target, paths))
    digest = hashlib.sha256(repr(sorted(hardware.items())).encode()).hexdigest()[:8]
    return Environment(key=f"{slug}-{digest}", device=device, hardware=hardware, software=software)


def differences(before: Environment, now: Environment) -> tuple[str, ...]:
    """What changed in software between two environments, one 'name old -> new' each."""
    names = sorted(before.software.keys() | now.software.keys())
    pairs = ((name, before.software.get(name, "-"), now.software.get(name, "-")) for name in names)
    return tuple(f"{name} {old} -> {new}" for name, old, new in pairs if old != new)


def has_cuda() -> bool:
    """True if NVML sees a GPU that CUDA shows here; torch is not imported."""
    return bool(_gpu())


def cuda_capability() -> tuple[int, int] | None:
    """The compute capability of the GPU that CUDA shows first, such as (9, 0); None where it sees none."""
    import pynvml

    with gpu.first_visible() as handle:
        if handle is None:
            return None
        try:
            major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(gpu.board_of(handle))
        except pynvml.NVMLError:
            return None
        return int(major), int(minor)


def cpu_instructions() -> frozenset[str] | None:
    """What the processor can do, by Linux's names (avx512_bf16, …); None where it is not told."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return None
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", info.read_text(errors="replace"), re.MULTILINE)
    return frozenset(found[1].split()) if found else None


def usable_cores() -> list[int]:
    """The numbers of the cores that this process may run on; of all cores where the system has no say."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _label(hardware: dict[str, str]) -> str:
    if "gpu" in hardware:
        return hardware["gpu"]
    return f"{hardware['cpu']} {hardware['cores']}c"


def _cpu() -> dict[str, str]:
    return {
        "cpu": _cpu_model(),
        "cores": str(len(usable_cores())),
        "machine": platform.machine(),
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    fields = ("model name", "cpu family", "model", "stepping", "CPU part")
    seen: dict[str, str] = {}
    if info.is_file():
        for line in info.read_text(errors="replace").splitlines():
            key, _, text = line.partition(":")
            if key.strip() in fields:
                seen.setdefault(key.strip(), text.strip())
    name = seen.get("model name") or seen.get("CPU part") or platform.processor() or "cpu"
    numbers = [seen[key] for key in ("cpu family", "model") if key in seen]
    return " ".join([re.sub(r"\(R\)|\(TM\)|@.*|CPU|Processor", "", name).strip(), *numbers])


def _gpu() -> dict[str, str]:
    import pynvml

    with gpu.first_visible() as handle:
        if handle is None:
            return {}
        board = gpu.board_of(handle)
        try:
            return {
                "gpu": str(pynvml.nvmlDeviceGetName(handle)),  # of an instance it has the profile
                "mig": str(_nvml(pynvml.nvmlDeviceGetMigMode, board)),
                "power_limit_mw": str(_nvml(pynvml.nvmlDeviceGetPowerManagementLimit, board)),
            }
        except pynvml.NVMLError:
            return {}


def _nvml(query: object, handle: object) -> object:
    import pynvml

    try:
        return query(handle)  # type: ignore[operator]
    except pynvml.NVMLError:
        return "n/a"


def _software(device: str, packages: Iterable[str]) -> dict[str, str]:
    software = {"python": platform.python_version(), "kernel": platform.release()}
    if digest := scored_by.code():
        software[scored_by.CODE] = digest
    for name in packages:
        try:
            software[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    if device == "cuda":
        import pynvml

        pynvml.nvmlInit()
        try:
            software["driver"] = str(pynvml.nvmlSystemGetDriverVersion())
        finally:
            pynvml.nvmlShutdown()
    return software
