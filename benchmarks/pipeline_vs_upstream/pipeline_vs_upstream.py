"""The same weights, text, steps and noise through upstream f5-tts and through f5_spanish under its switches.

    python benchmarks/pipeline_vs_upstream/pipeline_vs_upstream.py PART ... [--rounds 7] [--write]

The weights are random ones of the published size (337 M parameters, v0, float32), made in a temporary folder
or kept in `--folder`. On one thread of a CPU; arms take turns within a round, and a ratio is that of two arms
in one round. Parts:

    steps   CPU seconds of an evaluation at 562 and 1031 frames (3 s of clip, 3 s and 8 s of speech),
            beside the floor: a product of the blocks' shape alone, in float32
    work    operators dispatched, waits and bytes allocated in an evaluation
            (--blocks 4: the first of the 22 blocks alone, in a fifth of the time)
    start   fresh processes: CPU seconds to the first utterance, imports included, and what memory grows by
            after imports, at its peak
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any

from msgspec.structs import replace

from tts_baseline.core import environment
from tts_baseline.stats.median import median_interval

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RESULTS = HERE / "results.json"
EQUAL = ("adaln_table", "fused_norm", "fused_qkv", "packed")
ARMS: dict[str, tuple[str, ...]] = {
    "reference": (),
    "fused_qkv": ("fused_qkv",),
    "fused_norm": ("fused_norm",),
    "adaln_table": ("adaln_table",),
    "packed": ("packed",),
    "equal": EQUAL,
    "bf16": ("bf16", *EQUAL),
    "int8": ("int8", *EQUAL[:-1]),
    "compiled": ("adaln_table", "compiled"),
}
UNCOUNTED = "compiled"  # torch compiles nothing while operators are counted
STACKS = ("reference", "equal", "bf16", "int8")
UPSTREAM = "upstream"
CLIP = 281  # frames: 3 s
DIT = {"dim": 1024, "depth": 22, "heads": 16, "ff_mult": 2, "text_dim": 512, "conv_layers": 4,
       "text_mask_padding": False, "pe_attn_head": 1}  # fmt: skip
SAID = "Gracias por esperar. Su mensaje ha sido guardado."
TEXT = "esto es una prueba de la voz."

START_UPSTREAM = f"""
from f5_tts.infer import utils_infer
from f5_tts.model import DiT
imported = stamp()
vocoder = utils_infer.load_vocoder("vocos", True, folder + "/vocos", device="cpu")
model = utils_infer.load_model(DiT, {DIT}, folder + "/published_v0.safetensors", device="cpu")
clip, said = utils_infer.preprocess_ref_audio_text(folder + "/reference.wav", {SAID!r})
utils_infer.infer_process(clip, said, {TEXT!r}, model, vocoder, nfe_step=1, device="cpu", progress=None)
"""
START_OURS = f"""
import torch
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
imported = stamp()
pipeline = create(optimize=optimize, settings={{
    "preset": "upstream", "checkpoint": folder + "/published_v0.safetensors", "arch": "v0",
    "vocoder": folder + "/vocos", "steps": 1,
    "references": [{{"audio": folder + "/reference.wav", "text": {SAID!r}}}]}})
pipeline.synthesize(Request(text={TEXT!r}))
"""
START = """
import json, pathlib, sys, time, warnings
warnings.simplefilter("ignore")
folder, optimize = sys.argv[1], tuple(filter(None, sys.argv[2].split(",")))
peak = lambda: pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
stamp = lambda: (time.process_time(), 1024 * int(peak()))
{body}
done = stamp()
sys.stderr.write(json.dumps([done[0], done[1] - imported[1]]) + "\\n")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="+", choices=("steps", "work", "start"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--blocks", type=int, default=22, help="so many of the network's, to be done sooner")
    parser.add_argument("--frames", type=int, nargs="+", default=(562, 1031))
    parser.add_argument("--folder", type=Path, help="where the weights are kept (1.4 GB)")
    parser.add_argument(
        "--arms",
        nargs="+",
        choices=ARMS,
        default=tuple(ARMS),
        metavar="ARM",
        help="of steps: bf16 is refused by some processors",
    )
    parser.add_argument("--write", action="store_true", help="replace these parts of the results")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        made(folder)
        page = json.loads(options.results.read_text(encoding="utf-8")) if options.results.is_file() else {}
        page["machine"] = environment.read("cpu").hardware
        if "start" in options.parts:  # before torch is loaded here
            page["start"] = started(folder, options.rounds)
        if {"steps", "work"} & set(options.parts):
            samplers = Samplers(folder, options.blocks)
            if "work" in options.parts:
                page["work"] = samplers.work()
            if "steps" in options.parts:
                name = "steps" if options.blocks == 22 else f"steps of {options.blocks} blocks"
                page[name] = {
                    str(frames): samplers.timed(frames, tuple(options.arms), options.rounds)
                    for frames in options.frames
                }
        print(json.dumps(page, indent=1))
        if options.write:
            options.results.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def made(folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    code = "import sys; from pathlib import Path; from tests.support import small; "
    code += "small.make_published(Path(sys.argv[1]))"
    if not (folder / "vocos").is_dir():
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True, cwd=ROOT)


class Samplers:
    """From noise to a mel by every arm: a function of the frames and the steps."""

    arms = ARMS

    def __init__(self, folder: Path, blocks: int) -> None:
        from f5_tts.infer import utils_infer
        from f5_tts.model import DiT

        import torch  # isort: skip

        from tts_baseline.pipelines.f5_spanish.network.load import transformer

        torch.set_num_threads(1)
        checkpoint = str(folder / "published_v0.safetensors")
        self._theirs = utils_infer.load_model(DiT, DIT, checkpoint, device="cpu")
        self._reference = transformer(checkpoint, arch="v0", tokens=2545, device="cpu", root=folder)
        backbone = self._theirs.transformer
        backbone.transformer_blocks = backbone.transformer_blocks[:blocks]
        self._reference.transformer_blocks = self._reference.transformer_blocks[:blocks]
        self._reference.architecture = replace(self._reference.architecture, depth=blocks)
        self._mel = torch.randn(1, CLIP, 100, generator=torch.Generator().manual_seed(1))
        self._tokens = torch.randint(0, 2545, (80,), generator=torch.Generator().manual_seed(2)).tolist()
        self._networks: dict[tuple[str, int], Any] = {}

    def mel(self, arm: str, frames: int, steps: int) -> Any:
        """What an arm makes of the noise: (n, m)."""
        import torch

        from tts_baseline.pipelines.f5_spanish.parts import Job
        from tts_baseline.pipelines.f5_spanish.voice.reference import Reference

        clip = self._mel[:, : min(CLIP, frames // 2)]
        if arm == UPSTREAM:
            with torch.inference_mode():
                made, _ = self._theirs.sample(
                    clip, torch.tensor([self._tokens]), frames, steps=steps, cfg_strength=2.0,
                    sway_sampling_coef=-1.0, seed=3,
                )  # fmt: skip
            return made[0]
        parts = self._parts(arm, steps)
        given = Reference(mel=clip, text="", frames=0, level=1.0)
        job = Job(reference=given, tokens=tuple(self._tokens), frames=frames, seed=3)
        return parts.solver.mels(parts.network, [job])[0][0].T

    def _parts(self, arm: str, steps: int) -> Any:
        from tts_baseline.core.switches import applied, choose, switches
        from tts_baseline.pipelines.f5_spanish.parts import Parts
        from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver

        if (arm, steps) not in self._networks:
            chosen = choose(switches("f5_spanish"), self.arms[arm], pipeline="f5_spanish", device="cpu")
            reference = Parts(network=self._reference, solver=EulerSolver(steps=steps), vocoder=None)
            self._networks[arm, steps] = applied(chosen, reference)
        return self._networks[arm, steps]

    def timed(self, frames: int, arms: tuple[str, ...], rounds: int, steps: int = 1) -> dict[str, Any]:
        """CPU seconds of an evaluation, the share of upstream's, and how far the mels are apart."""
        names = (UPSTREAM, *arms)
        wanted = self.mel(UPSTREAM, frames, steps)
        apart = {arm: distance(self.mel(arm, frames, steps)[:frames], wanted) for arm in arms}
        seconds: dict[str, list[float]] = {name: [] for name in (*names, "floor")}
        for number in range(rounds):
            for name in names[:: 1 if number % 2 else -1]:
                seconds[name].append(cpu(lambda arm=name: self.mel(arm, frames, steps)) / steps)
            seconds["floor"].append(self._floor(frames))
            print(f"{frames} frames, round {number + 1} of {rounds}: "
                  + ", ".join(f"{n} {s[-1]:.2f}" for n, s in seconds.items()), flush=True)  # fmt: skip
        return {
            name: {"seconds": median(taken), **of(taken, seconds[UPSTREAM]), **apart.get(name, {})}
            for name, taken in seconds.items()
        }

    def _floor(self, frames: int) -> float:
        """CPU seconds of an evaluation's operations, at the speed of one product of the blocks."""
        import torch

        x, weight, bias = torch.randn(2 * frames, 1024), torch.randn(2048, 1024), torch.randn(2048)
        with torch.inference_mode():
            taken = min(cpu(lambda: torch.nn.functional.linear(x, weight, bias)) for _ in range(5))
        blocks = len(self._reference.transformer_blocks)
        operations = 2 * frames * (379e6 + 90112 * frames) * blocks / 22
        return taken * operations / (2 * 2 * frames * 1024 * 2048)

    def work(self, frames: int = 100) -> dict[str, Any]:
        """What one evaluation more dispatches, waits for and allocates."""
        from tts_baseline.measure.work import counter

        count = counter()
        assert count is not None
        page = {}
        for arm in (UPSTREAM, *(arm for arm in ARMS if arm != UNCOUNTED)):
            for steps in (1, 2):  # what a switch makes once is no evaluation's work
                self.mel(arm, frames, steps)
            one, two = (count.count(lambda s=steps, a=arm: self.mel(a, frames, s))[1] for steps in (1, 2))
            page[arm] = {
                kind: sum(getattr(two, kind).values()) - sum(getattr(one, kind).values())
                for kind in ("operators", "views", "syncs", "allocated")
            }
            print(arm, page[arm], flush=True)
        return page


def started(folder: Path, rounds: int) -> dict[str, Any]:
    """CPU seconds to the first utterance, imports included, and the growth of memory after imports."""
    arms = {UPSTREAM: START_UPSTREAM, **dict.fromkeys(STACKS, START_OURS)}
    taken: dict[str, list[list[float]]] = {arm: [] for arm in arms}
    for number in range(rounds):
        for arm in list(arms)[:: 1 if number % 2 else -1]:
            code = START.replace("{body}", arms[arm])
            words = [sys.executable, "-c", code, str(folder), ",".join(ARMS.get(arm, ()))]
            done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder)
            taken[arm].append(json.loads(done.stderr.strip().splitlines()[-1]))
            print(f"start, round {number + 1} of {rounds}: {arm} {taken[arm][-1]}", flush=True)
    page: dict[str, Any] = {}
    for i, what in enumerate(("seconds", "bytes")):
        column = {arm: [values[i] for values in rows] for arm, rows in taken.items()}
        page[what] = {arm: {"median": median(c), **of(c, column[UPSTREAM])} for arm, c in column.items()}
    return page


def of(ours: list[float], theirs: list[float]) -> dict[str, Any]:
    """The share of upstream's in each round: the median and its 95 % interval."""
    middle, low, high = (
        exp(v) for v in median_interval([log(a / b) for a, b in zip(ours, theirs, strict=True)])
    )
    return {"of_upstream": middle, "interval_95": [low, high]}


def distance(ours: Any, theirs: Any) -> dict[str, float]:
    """The largest difference as a share of the largest value, and the power of the difference in dB."""
    error = (ours - theirs)[CLIP:].double()
    signal = theirs[CLIP:].double()
    furthest = float(error.abs().max() / signal.abs().max())
    return {
        "furthest": furthest,
        "snr_db": float(10 * (signal.square().sum() / error.square().sum()).log10()),
    }


def cpu(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
