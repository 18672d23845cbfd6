"""How many seconds of one core a second of the embedded voice's speech takes: with all it has, and with less.

    python benchmarks/voice/pace.py [--rounds 3]
    python benchmarks/voice/pace.py --kinds all bf16 --results benchmarks/voice/pace_amx.json

Each round starts one process of each kind, which says three sentences after one that warms it up, on one
thread. AVX2 alone is what ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA and MKL_ENABLE_INSTRUCTIONS leave of
a larger processor; bf16 is that switch with those of equal output. The seconds are the process's CPU time, so
that other processes count less. Results go to `pace.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tts_baseline.core import environment

HERE = Path(__file__).parent
RESULTS = Path(__file__).with_suffix(".json")
SENTENCES = 4
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
# Each kind's variables, and its switches.
KINDS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "all": ({}, ()),
    "AVX2 alone": (AVX2, ()),
    "bf16": ({}, ("bf16", "adaln_table", "fused_norm", "fused_qkv", "packed")),
}
SPEAK = """
import json, sys, time
import torch
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create

torch.set_num_threads(1)
voice = create(settings={"weights": "embedded"}, optimize=tuple(sys.argv[1:]))
first, *texts = json.load(sys.stdin)
voice.synthesize(Request(text=first))
began, seconds = time.process_time(), 0.0
for text in texts:
    said = voice.synthesize(Request(text=text))
    seconds += said.samples.size / said.sample_rate
took = time.process_time() - began
print(json.dumps([torch.backends.cpu.get_cpu_capability(), took / seconds]))
"""


def spoken(texts: list[str], kind: str) -> tuple[str, float]:
    """What torch's own kernels use of the processor, and CPU seconds a second of speech."""
    extra, switches = KINDS[kind]
    done = subprocess.run(
        [sys.executable, "-c", SPEAK, *switches],
        input=json.dumps(texts), env=os.environ | extra, check=True, capture_output=True, text=True,
    )  # fmt: skip
    capability, pace = json.loads(done.stdout)
    return capability, pace


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=("all", "AVX2 alone"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    texts = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()[:SENTENCES]
    found: dict[str, list[tuple[str, float]]] = {kind: [] for kind in options.kinds}
    for _ in range(options.rounds):
        for kind in options.kinds:
            found[kind].append(spoken(texts, kind))
            sys.stdout.write(f"{kind}: {found[kind][-1]}\n")
    results: dict[str, Any] = {"processor": environment.read("cpu").key, "sentences": SENTENCES - 1}
    for kind, each in found.items():
        paces = [pace for _, pace in each]
        results[kind] = {
            "kernels": each[0][0],
            "cpu_s_a_second": round(median(paces), 3),
            "rounds": [round(pace, 3) for pace in paces],
        }
    options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
