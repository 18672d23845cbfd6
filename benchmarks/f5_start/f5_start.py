"""Import and load of the pipeline beside upstream's: paired fresh processes, in alternating order.

    python benchmarks/f5_start/f5_start.py [--pairs 6] [--write]

The checkpoint is a random one of the published size (337 M parameters, float32, 1.35 GB) with its vocoder,
made in a temporary folder. Load ends when the weights can be used: upstream's by then are copied; ours are
mapped, and paged in by the first request. The third pair therefore times import, load and a first
request of 2 s of speech together, which is what a user waits for.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from tts_baseline.core import environment
from tts_baseline.stats.median import median_interval

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
ROOT = HERE.parent.parent
PHASES = ("import", "load", "all to the first utterance")

UPSTREAM = """
import json, sys, time
folder, steps = sys.argv[1], int(sys.argv[2])
begun = time.perf_counter()
from f5_tts.infer import utils_infer
imported = time.perf_counter()
from f5_tts.model import DiT
config = dict(dim=1024, depth=22, heads=16, ff_mult=2, text_dim=512, conv_layers=4)
config |= dict(text_mask_padding=False, pe_attn_head=1)
started = time.perf_counter()
vocoder = utils_infer.load_vocoder("vocos", True, f"{folder}/vocos", device="cpu")
model = utils_infer.load_model(DiT, config, f"{folder}/published_v0.safetensors", device="cpu")
loaded = time.perf_counter()
said = "Gracias por esperar. Su mensaje ha sido guardado."
clip, said = utils_infer.preprocess_ref_audio_text(f"{folder}/reference.wav", said)
text = "esto es una prueba de la voz."
utils_infer.infer_process(
    clip, said, text, model, vocoder, nfe_step=steps, device="cpu", progress=None)
done = time.perf_counter()
sys.stderr.write(json.dumps([imported - begun, loaded - started, done - begun]) + "\\n")
"""

OURS = """
import json, sys, time
folder, steps = sys.argv[1], int(sys.argv[2])
begun = time.perf_counter()
from tts_baseline.pipelines.f5_spanish import create
imported = time.perf_counter()
said = "Gracias por esperar. Su mensaje ha sido guardado."
pipeline = create(settings={
    "preset": "upstream", "checkpoint": f"{folder}/published_v0.safetensors", "arch": "v0",
    "vocoder": f"{folder}/vocos", "steps": steps,
    "references": [{"audio": f"{folder}/reference.wav", "text": said}]})
started = time.perf_counter()
pipeline.load()
loaded = time.perf_counter()
from tts_baseline.core.records import Request
pipeline.synthesize(Request(text="esto es una prueba de la voz."))
done = time.perf_counter()
sys.stderr.write(json.dumps([imported - begun, loaded - started, done - begun]) + "\\n")
"""


class Ratio(NamedTuple):
    """Ours over upstream's: the median over pairs, its 95 % interval, and the medians in seconds."""

    ratio: float
    interval_95: tuple[float, float]
    ours_s: float
    upstream_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--steps", type=int, default=1, help="function evaluations of the first request")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, str(ROOT))
        from tests.support import small

        small.make_published(Path(folder))
        for code in (UPSTREAM, OURS):
            timed(code, folder, options.steps)
        pairs = []
        for number in range(options.pairs):
            order = (UPSTREAM, OURS) if number % 2 else (OURS, UPSTREAM)
            taken = {code: timed(code, folder, options.steps) for code in order}
            pairs.append((taken[OURS], taken[UPSTREAM]))
            print(f"pair {number + 1} of {options.pairs}: ours {taken[OURS]}, upstream {taken[UPSTREAM]}")
    page = {phase: ratio(pairs, i)._asdict() for i, phase in enumerate(PHASES)}
    for phase, comparison in page.items():
        low, high = comparison["interval_95"]
        print(
            f"{phase}: {comparison['ratio']:.2f} [{low:.2f}, {high:.2f}] of {comparison['upstream_s']:.2f} s"
        )
    if options.write:
        results = {"machine": environment.read("cpu").hardware, "ratios": page, "pairs_s": pairs}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def timed(code: str, folder: str, steps: int) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, folder, str(steps)],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    return [round(float(value), 4) for value in json.loads(done.stderr.strip().splitlines()[-1])]


def ratio(pairs: list[tuple[list[float], list[float]]], phase: int) -> Ratio:
    logs = [log(ours[phase] / upstream[phase]) for ours, upstream in pairs]
    middle, low, high = (exp(value) for value in median_interval(logs))
    ours, upstream = (sorted(pair[arm][phase] for pair in pairs)[len(pairs) // 2] for arm in (0, 1))
    return Ratio(middle, (low, high), ours, upstream)


if __name__ == "__main__":
    main()
