"""How many seconds a second of the embedded voice's speech takes: with all the processor has, and with less.

    python benchmarks/voice/pace.py [--rounds 3]
    python benchmarks/voice/pace.py --kinds all bf16 --results benchmarks/voice/pace_amx.json
    python benchmarks/voice/pace.py --threads 2 --kinds all "AVX2 alone" bf16 \\
      --results benchmarks/voice/pace_two_amx.json

Each round starts one process of each kind, which says three sentences after one that warms it up. AVX2
alone is what ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA and MKL_ENABLE_INSTRUCTIONS leave of a larger
processor; bf16 is that switch with those of equal output. On one thread read the process's CPU time, of
which other processes take little; on more the time that passes, on an idle machine. Results go to
`pace.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

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

threads, *switches = sys.argv[1:]
torch.set_num_threads(int(threads))
voice = create(settings={"weights": "embedded"}, optimize=tuple(switches))
first, *texts = json.load(sys.stdin)
voice.synthesize(Request(text=first))
cpu, wall, seconds = time.process_time(), time.monotonic(), 0.0
for text in texts:
    said = voice.synthesize(Request(text=text))
    seconds += said.samples.size / said.sample_rate
cpu, wall = time.process_time() - cpu, time.monotonic() - wall
print(json.dumps([torch.backends.cpu.get_cpu_capability(), cpu / seconds, wall / seconds]))
"""


class Pace(NamedTuple):
    """What torch's own kernels use of the processor, and seconds that a second of speech takes."""

    kernels: str
    cpu_s: float
    wall_s: float


def spoken(texts: list[str], kind: str, threads: int) -> Pace:
    """The pace of one fresh process."""
    extra, switches = KINDS[kind]
    done = subprocess.run(
        [sys.executable, "-c", SPEAK, str(threads), *switches],
        input=json.dumps(texts), env=os.environ | extra, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return Pace(*json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=("all", "AVX2 alone"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    texts = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()[:SENTENCES]
    found: dict[str, list[Pace]] = {kind: [] for kind in options.kinds}
    for _ in range(options.rounds):
        for kind in options.kinds:
            found[kind].append(spoken(texts, kind, options.threads))
            sys.stdout.write(f"{kind}: {found[kind][-1]}\n")
    results: dict[str, Any] = {
        "processor": environment.read("cpu").key, "sentences": SENTENCES - 1, "threads": options.threads,
    }  # fmt: skip
    for kind, paces in found.items():
        results[kind] = {
            "kernels": paces[0].kernels,
            "cpu_s_a_second": round(median(pace.cpu_s for pace in paces), 3),
            "wall_s_a_second": round(median(pace.wall_s for pace in paces), 3),
            "cpu_s": [round(pace.cpu_s, 3) for pace in paces],
            "wall_s": [round(pace.wall_s, 3) for pace in paces],
        }
    options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
