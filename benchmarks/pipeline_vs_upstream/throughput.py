"""Many requests at once: upstream's threads, f5_spanish one by one, and its batches, in one run.

    python benchmarks/pipeline_vs_upstream/throughput.py [--blocks 2] [--rounds 3] [--write]

The weights are random ones of the published size with their first blocks alone (`--blocks`), because one core
would take hours for all 22. CPU seconds of one evaluation for each request of a batch, all threads counted,
which is what bounds the requests a second of a machine that is full. Arms take turns within a round; a ratio
is that of two arms in one round. The requests of a batch are of 526 to 562 frames: of one bucket, and padded.

    upstream   f5-tts 1.1.22, a thread for each request, as its `infer_batch_process` has it
    alone      `equal` (docs/speed.md), one request after the other
    batched    `equal` and `batched`: all in one pass
"""

from __future__ import annotations

import argparse
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from pipeline_vs_upstream import CLIP, EQUAL, UPSTREAM, Samplers, cpu, made, of
from tts_baseline.core import environment

RESULTS = Path(__file__).parent / "throughput.json"
ARMS: dict[str, tuple[str, ...]] = {"alone": EQUAL, "batched": ("batched", *EQUAL)}
FRAMES, SHORTER = 562, 36


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--blocks", type=int, default=2, help="so many of the network's 22")
    parser.add_argument("--requests", type=int, nargs="+", default=(1, 2, 4, 8, 16))
    parser.add_argument("--folder", type=Path, help="where the weights are kept (1.4 GB)")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        made(folder)
        samplers = Together(folder, options.blocks)
        page: dict[str, Any] = {
            "machine": environment.read("cpu").hardware,
            "blocks": options.blocks,
            "requests": {
                str(count): samplers.throughput(count, options.rounds) for count in options.requests
            },
        }
    print(json.dumps(page, indent=1))
    if options.write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


class Together(Samplers):
    """The arms, with many requests at once."""

    arms = ARMS

    def spoken(self, arm: str, count: int) -> None:
        """One evaluation for each of so many requests."""
        frames = [FRAMES - SHORTER * number // count for number in range(count)]
        if arm == UPSTREAM:
            with ThreadPoolExecutor() as threads:
                list(threads.map(lambda each: self.mel(UPSTREAM, each, 1), frames))
            return
        from tts_baseline.pipelines.f5_spanish.parts import Job
        from tts_baseline.pipelines.f5_spanish.voice.reference import Reference

        parts = self._parts(arm, 1)
        clip = Reference(mel=self._mel[:, :CLIP], text="", frames=0, level=1.0)
        tokens = tuple(self._tokens)
        jobs = [
            Job(reference=clip, tokens=tokens, frames=each, seed=seed) for seed, each in enumerate(frames)
        ]
        parts.solver.mels(parts.network, jobs)

    def throughput(self, count: int, rounds: int) -> dict[str, Any]:
        """CPU seconds for each request, by arm, and the share of upstream's and of one by one."""
        names = (UPSTREAM, *ARMS)
        for name in names:  # what is made once is no request's work
            self.spoken(name, 1)
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for number in range(rounds):
            for name in names[:: 1 if number % 2 else -1]:
                seconds[name].append(cpu(lambda arm=name: self.spoken(arm, count)) / count)
            print(f"{count} requests, round {number + 1} of {rounds}: "
                  + ", ".join(f"{n} {s[-1]:.3f}" for n, s in seconds.items()), flush=True)  # fmt: skip
        alone = {name: of(taken, seconds["alone"]) for name, taken in seconds.items()}
        return {
            name: {
                "seconds": median(taken),
                **of(taken, seconds[UPSTREAM]),
                "of_alone": alone[name]["of_upstream"],
                "of_alone_95": alone[name]["interval_95"],
            }
            for name, taken in seconds.items()
        }


if __name__ == "__main__":
    main()
