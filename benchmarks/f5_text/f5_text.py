"""The text stage with everything on, beside another normalizer alone: paired passes over the suite.

    python benchmarks/f5_text/f5_text.py [--passes 30] [--write]

A pass plans all 49 sentences of the suite `es` (normalization, prosody, breath, emphasis, regions, chunks);
then damga alone (a development dependency) reads the same sentences. The milliseconds for 100
characters are what the budget of 5 ms is held against.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from math import exp, log
from pathlib import Path

from tts_baseline.core import environment
from tts_baseline.pipelines.f5_spanish.settings import read
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.stats.median import median_interval
from tts_baseline.suites import reader

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--passes", type=int, default=30)
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    from damga import TextNormalizer

    cases = reader.read("es", Path())
    characters = sum(len(case.text) for case in cases)
    switches = read({"preset": "expressive", "sheismo": True}).text_options
    vocabulary = Vocabulary.default()
    alone = TextNormalizer(lang="es", formal_ordinals=True)

    def planned() -> None:
        for case in cases:
            make_plan(
                case.text, region=case.region, style=None, speed=1.0, options=switches,
                pace=lambda _: ClipPace(), vocabulary=vocabulary,
            )  # fmt: skip

    def read_out() -> None:
        for case in cases:
            alone.normalize(case.text)

    planned(), read_out()
    pairs = [(seconds(planned), seconds(read_out)) for _ in range(options.passes)]
    ours, low, high = (1e5 * value / characters for value in median_interval([pair[0] for pair in pairs]))
    ratio = [exp(value) for value in median_interval([log(a / b) for a, b in pairs])]
    print(f"{ours:.2f} ms [{low:.2f}, {high:.2f}] for 100 characters; {ratio[0]:.2f} times damga alone")
    if options.write:
        page = {
            "machine": environment.read("cpu").hardware,
            "ms_per_100_characters": {"median": ours, "interval_95": [low, high]},
            "ratio_to_damga_alone": {"median": ratio[0], "interval_95": ratio[1:]},
            "pairs_s": pairs,
        }
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def seconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
