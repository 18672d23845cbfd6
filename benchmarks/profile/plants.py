"""Is the function that got slower first in the profile? Twenty planted ones, into results.json.

python benchmarks/profile/plants.py [--only N]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tts_baseline.core.records import Case
from tts_baseline.gate.judge.functions import growth
from tts_baseline.measure import profile
from tts_baseline.measure.pair import Arm, PairPace
from tts_baseline.session.project import open_project

HERE = Path(__file__).parent
PLANTS = 20
QUADS, CALLS = 8, 3
PACE = PairPace(quads=QUADS, timeout=30.0, load_timeout=60.0)
CASE = Case(id="hola", text="Mañana por la tarde llega el tren de Sevilla.")
# Of every kind of work that a pipeline does: Python, the standard library, numpy, waiting.
PARTS = {
    "words": "[word.upper() for word in text.split() * 9 for _ in range(20)]",
    "phones": "sorted(text * 6, key=ord)",
    "tokens": "json.dumps({str(n): n for n in range(180)})",
    "durations": "sum(len(text) % (n + 1) for n in range(1800))",
    "embed": "re.sub(r'[aeiou]+', '-', text * 40)",
    "attend": "weights @ weights",
    "mix": "np.exp(wave) + np.sin(wave)",
    "spectrum": "np.fft.rfft(wave)",
    "denoise": "np.sort(wave)",
    "deliver": "time.sleep(0.0002)",
}
# About 2.5 ms each, and twice that where it is planted.
REPEATS = {
    "words": 39, "phones": 220, "tokens": 63, "durations": 25, "embed": 43,
    "attend": 8, "mix": 14, "spectrum": 22, "denoise": 4, "deliver": 9,
}  # fmt: skip
HEAD = """
import json, re, time
import numpy as np

weights = np.random.default_rng(0).standard_normal((200, 200))
wave = np.random.default_rng(1).standard_normal(20_000)
"""
PART = """
def {name}(text):
    for _ in range({repeats}):
        {work}
"""
CALL = """
def synthesize(text):
    for part in ({parts}):
        part(text)
    return (wave[:8_000] * 0.05).astype("f4"), 16_000
"""


def written(folder: Path, repeats: Mapping[str, int], order: list[str]) -> Arm:
    """A pipeline of these parts, each done so often, as an arm."""
    folder.mkdir(parents=True)
    parts = "".join(PART.format(name=name, repeats=repeats[name], work=work) for name, work in PARTS.items())
    (folder / "voice.py").write_text(HEAD + parts + CALL.format(parts=", ".join(order)))
    (folder / "pyproject.toml").write_text('[tool.tts-baseline]\npipeline = "voice:synthesize"\n')
    return Arm(name=folder.name, spec=open_project(folder, {}).worker)


def planted(root: Path, number: int, times: int = 2) -> dict[str, Any]:
    """What the profile says of plant `number`: a part of the call that the head does `times` as often."""
    dice = random.Random(number)
    slow = list(PARTS)[number % len(PARTS)]
    order = dice.sample(list(PARTS), len(PARTS))
    base = written(root / str(number) / "base", REPEATS, order)
    head = written(root / str(number) / "head", REPEATS | {slow: times * REPEATS[slow]}, order)
    taken = profile.measure({"base": base, "head": head}, [CASE], quads=QUADS, calls=CALLS, pace=PACE)
    first, second, *_ = growth(taken)
    whole = sum(stack.base_s for stack in taken.stacks)
    return {
        "planted": f"voice.{slow}",
        "first": first.name,
        "is_first": first.name == f"voice.{slow}",
        "call_ms": round(whole * 1e3, 2),
        "grew_ms": round(first.change_s * 1e3, 2),
        "next_grew_ms": round(second.change_s * 1e3, 2),
    }


def main() -> int:
    """All plants, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int)
    only = parser.parse_args().only
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads that spin for the next product blur what follows it
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(PLANTS) if only is None else (only,):
            rows.append(planted(Path(name), number))
            sys.stderr.write(f"{number}: {rows[-1]}\n")
    found = sum(row["is_first"] for row in rows)
    if only is None:
        page = {"found": found, "of": len(rows), "plants": rows}
        (HERE / "results.json").write_text(json.dumps(page, indent=1) + "\n")
    sys.stdout.write(f"the planted function is first in {found} of {len(rows)} profiles\n")
    return 0 if found == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
