"""How often an honest pipeline is said not to answer, and one that does not answer is believed.

    python benchmarks/hostile/nothing.py [--healthy 200] [--others 40] [--write]

Each is a process of its own that says three to five sentences three times, as a run's first process does.
Healthy ones differ in how they spend their time: asleep or at work, slow at first, compiled for each length
of text, keeping words, unseeded, instant, espeak-ng. Others say one sound for all texts, or keep each answer
for the next time. Exit status 1 if one of either kind was taken for the other.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kept import keep

from tts_baseline.core.records import Case
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.replicate import ReplicatePace, measure
from tts_baseline.session.project import BUILDER
from tts_baseline.suites import reader

# Each spends its time on a second of sound for ten letters; {s} are seconds.
HEAD = """
import functools, time
import numpy as np

known, began = {{}}, []

def sound(text, seed=None):
    noise = np.random.default_rng(sum(map(ord, text)) if seed is None else seed)
    return noise.normal(0, 0.1, 1600 * len(text)).astype("float32"), 16000

def once(key, seconds):
    if key not in known:
        time.sleep(seconds)
        known[key] = True

@functools.cache
def word(text):
    time.sleep({s} / 10)
    return text

def synthesize(text):
"""
HEALTHY = {
    "asleep": "    time.sleep({s} / 10); return sound(text)",
    "at work": "    [sound(text) for _ in range(20)]; return sound(text)",
    "slow at first": "    once('', 10 * {s}); time.sleep({s} / 10); return sound(text)",
    "compiled for each length": "    once(len(text), 5 * {s}); return sound(text)",
    "keeping words": "    [word(each) for each in text.split()]; return sound(text)",
    "without a seed": "    time.sleep({s} / 20); return sound(text, time.time_ns())",
    "instant": "    return np.full(1600 * len(text), 0.1) * np.sin(np.arange(1600 * len(text))), 16000",
    "espeak-ng": "",
}
OTHERS = {
    "one sound for all": "    time.sleep({s} / 10); return sound('', 1)",
    "kept": """    if text not in known:
        time.sleep({s})
        known[text] = sound(text)
    return known[text]""",
}


def main() -> int:
    options = _options()
    dice = random.Random(1)
    texts = [case.text for case in reader.read("es", Path())]
    page: dict[str, object] = {"command": "python benchmarks/hostile/nothing.py"}
    for name, kinds, count in (
        ("healthy", HEALTHY, options.healthy),
        ("others", OTHERS, options.others),
    ):
        accused = Counter(dict.fromkeys(kinds, 0))
        tried = [list(kinds)[number % len(kinds)] for number in range(count)]
        said = [dice.sample(texts, dice.randint(3, 5)) for _ in tried]
        codes = [(HEAD + kinds[kind]).format(s=round(dice.uniform(0.05, 0.2), 3)) for kind in tried]
        with ThreadPoolExecutor(options.jobs) as pool:
            for kind, is_accused in zip(tried, pool.map(_is_accused, tried, codes, said), strict=True):
                accused[kind] += is_accused
                print(name, kind, is_accused, flush=True)
        page[name] = {"processes": count, "accused": accused.total(), "by kind": dict(accused)}
    print(page)
    if options.write:
        keep("nothing", page)
    wrong = page["healthy"]["accused"] or page["others"]["accused"] < options.others  # type: ignore[index]
    return int(bool(wrong))


def _is_accused(kind: str, code: str, texts: list[str]) -> bool:
    """Whether all cases of such a pipeline are refused; one that fails otherwise is an error."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "voice.py").write_text(code, encoding="utf-8")
        taken = measure(
            WorkerSpec(
                builder=BUILDER,
                target="voice:synthesize" if kind != "espeak-ng" else "tts_baseline.pipelines.espeak:create",
                settings={},
                device="cpu",
                optimize=(),
                root=folder,
                paths=(folder,),
            ),
            [Case(id=f"c{number}", text=text) for number, text in enumerate(texts)],
            index=0,
            pace=ReplicatePace(passes=3, timeout=60, load_timeout=60),
        )
    whys = {failure.message for failure in taken.failures}
    if any("same sound" not in why and "is kept" not in why for why in whys):
        raise SystemExit(f"it failed: {whys}")
    return len(taken.failures) == len(texts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--healthy", type=int, default=200)
    parser.add_argument("--others", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=4, help="processes at once; most of them sleep")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
