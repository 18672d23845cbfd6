"""Runs all that needs a GPU, in under 10 minutes on a machine without network; leaves its results as files.

    python gpu/run.py --wheels .wheels --out results

1. installs the wheels (`make wheels`) into a folder of its own;
2. runs the tests marked `gpu` (and `checkpoint`, where TTS_BASELINE_CHECKPOINT names the real one);
3. makes a random checkpoint of the published size and runs the suite's short cases on it, as the reference,
   with the switch fp16, and with two stacks of switches around cuda_graph, as `tts-baseline run` does for
   users: latency by stage, memory, work, quality, and the GPU's meters over ten seconds of requests.

Results: tests.xml, run-none.json, run-fp16.json, run-graph.json, run-kernels.json, machine.json. Exits with 1
if a test failed or there is no CUDA device: a run that measured nothing is no success.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / ".wheels-site"
SCRATCH = ROOT / ".tts-baseline"
# chosen: with four runs and a minute for the rest, they stay under 10 minutes.
TESTS_S, RUN_S, METERS_S = 210, 70, 10
MAKE = "import pathlib, sys; from tests.support.small import *; make_published(pathlib.Path(sys.argv[1]))"
PROJECT = """
[tool.tts-baseline]
pipeline = "f5_spanish"
device = "cuda"
restarts = 3
[tool.tts-baseline.pipelines.f5_spanish]
checkpoint = "../gpu-model/published_v0.safetensors"
arch = "v0"
vocoder = "../gpu-model/vocos"
[[tool.tts-baseline.pipelines.f5_spanish.references]]
audio = "../gpu-model/reference.wav"
text = "Gracias por esperar. Su mensaje ha sido guardado."
"""
RUNS = {
    "none": "none",
    "fp16": "fp16",
    "graph": "adaln_table,cuda_graph,fp16,fused_norm,fused_qkv",
    "kernels": "adaln_table,cuda_graph,fp16,kernels",
}


def main() -> int:
    """0 where everything passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheels", type=Path, default=ROOT / ".wheels")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    install(options.wheels)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(path) for path in (ROOT / "src", ROOT, SITE)),
        "PYTHONUNBUFFERED": "1",
    }
    code = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"
    device = python("-c", code, env=environment, capture_output=True, text=True).stdout.strip()
    if not device:
        print("there is no CUDA device here: nothing was run")
        return 1
    begun = time.monotonic()
    tested = python(
        "-m", "pytest", "-p", "no:cacheprovider", "-q", "-m", "gpu or checkpoint",
        f"--junitxml={options.out / 'tests.xml'}", "tests/f5", "tests/contracts/test_switches.py",
        env=environment, timeout=TESTS_S,
    )  # fmt: skip
    model = python("-c", MAKE, str(SCRATCH / "gpu-model"), env=environment)
    measured = [measure(name, switches, options.out, environment) for name, switches in RUNS.items()]
    machine = {"device": device, "seconds": round(time.monotonic() - begun, 1), "tests": tested.returncode}
    (options.out / "machine.json").write_text(json.dumps(machine, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(machine))
    return int(bool(tested.returncode or model.returncode) or not all(measured))


def install(wheels: Path) -> None:
    """Put the wheels into a folder of their own; what has no wheel is compiled, or left out and said so."""
    if not list(wheels.glob("*.whl")):
        sys.exit(
            f"there are no wheels in {wheels}: run `make wheels` on a machine with network, carry them here"
        )
    shutil.rmtree(SITE, ignore_errors=True)
    pip = ("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-cache-dir", "--target", str(SITE))
    python(*pip, *map(str, wheels.glob("*.whl")), check=True)
    for source in wheels.glob("*.tar.gz"):
        built = python(*pip, "--no-build-isolation", "--upgrade", str(source))
        if built.returncode:
            print(f"{source.name} cannot be compiled here: what needs it is not measured")


def measure(name: str, switches: str, out: Path, environment: dict[str, str]) -> bool:
    """Run the suite on the published size, and copy the run out; False where that fails."""
    project = SCRATCH / f"gpu-{name}"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    code = "import sys; from tts_baseline.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ("run", "--optimize", switches, "--missing", "record", "--tags", "short", "--budget", str(RUN_S),
             "--gpu", str(METERS_S))  # fmt: skip
    ran = python("-c", code, *words, env=environment, cwd=project, timeout=RUN_S + METERS_S + 80)
    runs = sorted((project / ".tts-baseline").glob("2*/run.json"))
    if runs:
        shutil.copy(runs[-1], out / f"run-{name}.json")
    return ran.returncode == 0 and bool(runs)


def python(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run this interpreter on the words."""
    command = [sys.executable, *words]
    try:
        return subprocess.run(command, check=options.pop("check", False), **options)
    except subprocess.TimeoutExpired as late:
        print(f"stopped after {late.timeout:.0f} s: {' '.join(words[:4])}")
        return subprocess.CompletedProcess(command, 124)


if __name__ == "__main__":
    sys.exit(main())
