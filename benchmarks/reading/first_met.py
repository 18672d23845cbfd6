"""What the front end takes for sentences that it meets for the first time, and for texts that nobody wrote.

    python benchmarks/reading/first_met.py [--sentences 1000] [--fuzzed 2000] [--seed 1] [--write]

The sentences are real ones that were reviewed (`tests/f5_spanish/sentences/`), drawn by a seed; each is
planned once, with every switch on, after ten others, so that a pattern that is compiled when it is first
tried counts. The slowest fuzzed texts are planned seven times, and the best time counts. Times are those of
the processor, so that other work on the machine matters little. `--write` replaces the part "first_met" of
results.json.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import corpus
import fuzz
import review
import spoken

from tts_baseline.core import environment, git

RESULTS = Path(__file__).with_name("results.json")
_WARM = 10  # chosen: what is loaded once is loaded by then
_SLOWEST = 20  # chosen: of so many the time is taken again
_AGAIN = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--fuzzed", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--write", action="store_true", help=f'replace the part "first_met" of {RESULTS.name}'
    )
    options = parser.parse_args()
    dice = random.Random(options.seed)
    written = [row.written for file in sorted(review.FOLDER.glob("*.toml")) for row in review.sentences(file)]
    warm, *met = (_cost(text) for text in dice.sample(written, options.sentences + _WARM))
    met = sorted(met[_WARM - 1 :])
    rows = [row.written for file in corpus.files() for row in corpus.rows(file)]
    fuzzed = {text: _cost(text) for text in (fuzz.fuzzed(dice, rows) for _ in range(options.fuzzed))}
    slowest = sorted(fuzzed, key=fuzzed.__getitem__)[-_SLOWEST:]
    worst = max(min(_cost(text) for _ in range(_AGAIN)) for text in slowest)
    found = {
        "sentences": options.sentences,
        "median": met[len(met) // 2],
        "p95": met[int(len(met) * 0.95)],
        "longest": met[-1],
        "fuzzed": options.fuzzed,
        "worst_fuzzed": worst,
    }
    print("ms of the processor for 100 characters:", found, f"(the very first: {warm:.1f})")
    if options.write:
        page = json.loads(RESULTS.read_text(encoding="utf-8"))
        page["first_met"] = {
            "command": f"python benchmarks/reading/first_met.py --seed {options.seed} --write",
            "commit": git.commit(RESULTS.parents[2])[0],
            "machine": environment.read("cpu").hardware,
            "unit": "ms of the processor for 100 characters; a shorter text counts as 100",
            **found,
        }
        RESULTS.write_text(json.dumps(page, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _cost(text: str) -> float:
    """The milliseconds that the processor takes to plan a text, for 100 characters of it."""
    begun = time.process_time()
    spoken.plan(text, "neutral")
    return 1e5 * (time.process_time() - begun) / max(len(text), 100)


if __name__ == "__main__":
    main()
