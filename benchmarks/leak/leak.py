"""How surely a soak of 300 requests finds a leak of 50 KB, and how often it accuses a healthy voice.

`python benchmarks/leak/leak.py record` has real workers speak: what healthy voices hold after each request
(the noise), and planted leaks with memray's lines. `python benchmarks/leak/leak.py` plants leaks in that
noise, with steps and saw teeth of collectors added, a hundred seeds of each, and writes all to results.json.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tts_baseline.core.records import Case
from tts_baseline.core.soak import Soak
from tts_baseline.gate.limits import parse
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.soak import soak
from tts_baseline.metrics.performance.leak import SPEC
from tts_baseline.session.project import BUILDER
from tts_baseline.stats.slope import slope

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
REQUESTS, LEAK, SEEDS, PAGE = 300, 50_000, 100, 4096
LEAKS = 5
LIMIT = parse(SPEC.limit or "", SPEC).absolute
SENTENCES = [" ".join(["La casa blanca del puerto."] * count) for count in (1, 2, 3, 5, 8, 1, 2, 4)]
VOICE = """
import numpy as np

from tts_baseline import Utterance


class Healthy:
    leak = 0

    def __init__(self):
        self.kept, self.cache = [], {}
        self.table = np.random.default_rng(0).normal(size=(256, 256)).astype("f4")

    def synthesize(self, request):
        self.keep()
        for _ in range(4):
            np.tanh(self.table @ self.table)
        self.cache[request.text] = self.table[:4].copy()
        dice = np.random.default_rng(len(request.text))
        samples = 0.1 * dice.normal(size=8000 + 400 * len(request.text)).astype("f4")
        return Utterance(samples=samples, sample_rate=16000)

    def keep(self):
        if self.leak:
            self.kept.append(np.ones(self.leak, "u1"))


class Leaking(Healthy):
    leak = 50_000
"""


def soaked(folder: str, target: str, *, traced: bool = False) -> Soak:
    """A soak in a real worker."""
    cases = [Case(id=f"c{number}", text=text) for number, text in enumerate(SENTENCES)]
    spec = WorkerSpec(
        builder=BUILDER, target=target, settings={}, device="cpu", optimize=(), root=folder, paths=(folder,)
    )
    return soak(spec, cases, REQUESTS, timeout=60, load_timeout=60, deadline=math.inf, traced=traced)


def record() -> dict[str, object]:
    """What real workers hold, and which lines memray names for planted leaks."""
    espeak = "tts_baseline.pipelines.espeak:create"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "leaky.py").write_text(VOICE)
        noise = {}
        for name, target in (("espeak", espeak), ("numpy", "leaky:Healthy")):
            found = soaked(folder, target)
            noise[name] = {"held": found.held, "warm": found.warm}
        planted = []
        for _ in range(LEAKS):
            begun = time.monotonic()
            found = soaked(folder, "leaky:Leaking", traced=True)
            seconds = time.monotonic() - begun
            grown = slope(found.held[found.warm :])
            lines = [[line.where, round(line.bytes)] for line in found.lines]
            planted.append(
                {"seconds": round(seconds, 1), "low": grown.low, "slope": grown.value, "lines": lines}
            )
    return {"noise": noise, "planted in real workers": planted}


def series(noise: np.ndarray, dice: np.random.Generator, leak: int) -> np.ndarray:
    """A soak made of recorded noise, from another place on, with a step and saw teeth by the dice."""
    count = len(noise)
    held = np.roll(noise - np.median(noise), int(dice.integers(count))) * dice.choice((-1.0, 1.0))
    where = dice.integers(count)
    held[where:] += dice.choice((0.0, 1.0)) * math.exp(dice.uniform(math.log(2**16), math.log(2**23)))
    period, teeth = dice.integers(7, 60), math.exp(dice.uniform(math.log(2**14), math.log(2**20)))
    held += teeth * (np.arange(count) % period) / period
    held += leak * np.arange(1, count + 1)
    return 2.0**27 + PAGE * np.round(held / PAGE)


def simulated(noise: dict[str, dict[str, list[int]]]) -> dict[str, dict[str, int]]:
    """How many of a hundred seeds are called a leak, by noise, with one planted and without."""
    counted = {}
    for name, kept in noise.items():
        warm = np.asarray(kept["held"][kept["warm"] :], float)
        for leak in (0, LEAK):
            found = [
                slope(series(warm, np.random.default_rng([18, seed]), leak)).low > LIMIT
                for seed in range(SEEDS)
            ]
            counted[f"{name}, {leak} B a request"] = {"called a leak": sum(found), "of": SEEDS}
    return counted


def main() -> None:
    """Record, or count."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known |= record() if "record" in sys.argv[1:] else {}
    known["simulated"] = simulated(known["noise"])
    RESULTS.write_text(json.dumps(known, indent=1) + "\n")
    print(json.dumps(known["simulated"], indent=1))


if __name__ == "__main__":
    main()
