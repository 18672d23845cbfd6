"""What a heap that keeps its memory is worth: pages that the system hands out for a request, and its time.

    python benchmarks/pipeline_vs_upstream/heap.py [--pairs 8]

Fresh processes by turns, `none` and `kept_heap`, of the embedded voice on one thread: after a request that
warms up, four sentences of its 40. Time is that of the processor, the system's share included; the interval
is that of the median over pairs. Results go to `heap.json`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tts_baseline.core import environment
from tts_baseline.stats.median import median_interval

HERE = Path(__file__).parent
RESULTS = HERE / "heap.json"
TEXTS = HERE.parent / "voice" / "sentences.txt"
SPEAK = """
import json, resource, sys
import torch
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create

torch.set_num_threads(1)
voice = create(settings={"weights": "embedded"}, optimize=tuple(sys.argv[1:]))
first, *texts = json.load(sys.stdin)
voice.synthesize(Request(text=first))
before = resource.getrusage(resource.RUSAGE_SELF)
for text in texts:
    voice.synthesize(Request(text=text))
after = resource.getrusage(resource.RUSAGE_SELF)
system_s = after.ru_stime - before.ru_stime
print(json.dumps({
    "cpu_s": after.ru_utime - before.ru_utime + system_s, "system_s": system_s,
    "faults": after.ru_minflt - before.ru_minflt, "peak_mb": after.ru_maxrss / 1024,
}))
"""


def spoken(texts: list[str], *optimize: str) -> dict[str, float]:
    """Seconds of the processor, and of the system in them, page faults, and the process's peak."""
    command = [sys.executable, "-c", SPEAK, *optimize]
    done = subprocess.run(command, input=json.dumps(texts), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def summary(each: list[dict[str, float]], requests: int) -> dict[str, Any]:
    """The medians over processes, a request."""
    return {
        "faults": round(median(found["faults"] / requests for found in each)),
        "faults_of_each": [round(found["faults"] / requests) for found in each],
        "system_s": round(median(found["system_s"] / requests for found in each), 3),
        "cpu_s": round(median(found["cpu_s"] / requests for found in each), 3),
        "peak_mb": round(median(found["peak_mb"] for found in each)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=8)
    options = parser.parse_args()
    texts = TEXTS.read_text(encoding="utf-8").splitlines()[:5]
    plain: list[dict[str, float]] = []
    kept: list[dict[str, float]] = []
    for pair in range(options.pairs):
        for found, optimize in ((plain, ()), (kept, ("kept_heap",)))[:: 1 if pair % 2 else -1]:
            found.append(spoken(texts, *optimize))
            sys.stdout.write(f"{optimize} {found[-1]}\n")
    ratios = [now["cpu_s"] / before["cpu_s"] for before, now in zip(plain, kept, strict=True)]
    ratio, low, high = (round(value, 3) for value in median_interval(ratios))
    results = {
        "processor": environment.read("cpu").key,
        "pairs": options.pairs,
        "none": summary(plain, len(texts) - 1),
        "kept_heap": summary(kept, len(texts) - 1),
        "cpu_ratio": {"value": ratio, "interval_95": [low, high]},
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
