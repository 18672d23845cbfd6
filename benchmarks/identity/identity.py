"""How often crossed answers are caught, and honest ones accused: 10,000 honest answers, and planted faults.

    python benchmarks/identity/identity.py [--write]

Planted: 1,000 concurrent requests, of 16 clients with a connection each, to a server on loopback that
answers every 25th wrongly, by turns swapped, duplicated, stitched and stale; `caught` are those that were
named with their kind and both requests. Honest: answers of the same server (`server`); sounds alone, rounded
to 12 bits or with noise 60 dB below them (`rounded`); and a pipeline without a seed, whose syllables and
pitch differ each time (`restless`). The sounds are those of tests/support/crossing.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.measure.traffic.test_identity import SPREAD, TEXTS, heard_in, said, sound_of, speak
from tests.support.crossing import Crossing, serving
from tts_baseline.core import environment
from tts_baseline.measure.traffic.identity import Delivered, IdentityProof, check

RESULTS = Path(__file__).with_name("results.json")
CLIENTS, EVERY = 16, 25
ROUNDS, ROUNDED, RESTLESS = 5, 3000, 2000
RESTLESS_TEXTS = 30


def planted(seed: int) -> dict[str, object]:
    crossing = Crossing(speak, every=EVERY, seed=seed)
    with serving(crossing) as url:
        heard = heard_in(url, TEXTS, CLIENTS)
    named = {(m.request, m.kind, m.other) for m in check(alone(), heard).mixups}
    wanted = set(map(tuple, crossing.planted))
    kinds = Counter(kind for _, kind, _ in wanted)
    caught = Counter(kind for _, kind, _ in named & wanted)
    return {"requests": len(heard), "planted": kinds, "caught": caught, "false": len(named - wanted)}


def alone():
    return {text: [sound_of(text)] for text in TEXTS}


def from_server() -> IdentityProof:
    heard: list[Delivered] = []
    with serving(Crossing(speak)) as url:
        for _ in range(ROUNDS):
            heard += heard_in(url, TEXTS, CLIENTS)
    return check(alone(), heard)


def rounded() -> IdentityProof:
    dice = np.random.default_rng(1)
    heard = []
    for number in range(ROUNDED):
        text = TEXTS[number % len(TEXTS)]
        sound = speak(text)
        noisy = sound + dice.normal(0, 1e-3 * np.sqrt(np.mean(sound**2)), len(sound))
        heard.append(said(str(number), text, np.round(sound * 2048) / 2048 if number % 2 else noisy))
    return check(alone(), heard)


def restless() -> IdentityProof:
    texts = TEXTS[:RESTLESS_TEXTS]
    takes = {text: [sound_of(text, take, SPREAD) for take in range(3)] for text in texts}
    heard = [
        said(f"{n}", texts[n % len(texts)], speak(texts[n % len(texts)], 100 + n, SPREAD), n, n + 1.5)
        for n in range(RESTLESS)
    ]
    return check(takes, heard)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    results: dict[str, object] = {"machine": environment.read("cpu", "", ()).hardware}
    results["planted"] = [said_now(planted(seed)) for seed in range(3)]
    for honest in (from_server, rounded, restless):
        begun = time.process_time()
        proof = honest()
        name = honest.__name__.removeprefix("from_")
        results[name] = said_now(
            {
                "answers": sum(proof.proven.values()) + len(proof.mixups),
                "proven": proof.proven,
                "accused": len(proof.mixups),
                "cpu_s": round(time.process_time() - begun, 1),
            }
        )
    if options.write:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def said_now(result: dict[str, object]) -> dict[str, object]:
    print(json.dumps(result), flush=True)
    return result


if __name__ == "__main__":
    main()
