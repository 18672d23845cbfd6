"""How far our metrics are from other people's code, and what both cost, in one run.

    pip install -r benchmarks/metrics_vs_reference/requirements.txt
    OMP_NUM_THREADS=1 nice -n 19 python benchmarks/metrics_vs_reference/metrics_vs_reference.py

Agreement: three clips (espeak-ng, the embedded voice, recorded) with noise, without what is above 4 kHz,
clipped, and two semitones higher. Cost: CPU seconds for 40 sentences of the suite `es` as espeak-ng says
them, with noise 50 dB below: the whole suite of metrics of plain sound, and the references one by one, each
by itself; slow ones, and ours by themselves, of six sentences, scaled; all of it five times in turn. Results
go to results.json.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import torch
from clips import ROOT, clips
from references import REFERENCES, Reference, mcd

from tts_baseline.baseline.store import Store
from tts_baseline.core import environment, git
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.faults.catalogue import FAULTS
from tts_baseline.faults.fault import Original, planted
from tts_baseline.session.planting import GoldenCase, heard_again
from tts_baseline.session.scripts import scripts
from tts_baseline.stats.ranks import spearman
from tts_baseline.stats.sequential import estimate
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("results.json")
IN_TIME = ("noise", "low-pass", "clipping")
CHANGES = (("noise", 20.0), ("low-pass", 4_000.0), ("clipping", 0.3), ("pitch", 2.0))
SENTENCES, FEW, ROUNDS = 40, 6, 5
_NOISE_DB = 50.0


class Pair(NamedTuple):
    """A sound and its golden: float64 samples of equal shape, and their rate."""

    name: str
    heard: np.ndarray
    golden: np.ndarray
    rate: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=SECTIONS, help="one section; the others stay as they are")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    page: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    page |= {
        "command": "python benchmarks/metrics_vs_reference/metrics_vs_reference.py",
        "machine": environment.read("cpu").hardware,
        "commit": git.commit(ROOT)[0],
    }
    for name, measure in SECTIONS.items():
        if asked.only in (None, name):
            page[name] = measure()
            RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def agreements() -> dict[str, Any]:
    """Each reference beside ours."""
    pairs = list(_changed())
    return {name: agreement(each, pairs) for name, each in REFERENCES.items()}


def _changed() -> Iterator[Pair]:
    """Every clip with every change that leaves its length."""
    for name, strength in CHANGES:
        fault = next(fault for fault in FAULTS if fault.name == name)
        for clip in clips()[1::2]:
            golden, rate = clip.golden.samples.astype(np.float64), clip.golden.sample_rate
            wave = planted(fault, strength, Original(golden, rate), clip.case.id)
            if wave is not None and wave.size >= golden.size:
                yield Pair(f"{clip.case.id}, {name}", wave[: golden.size], golden, rate)


def ours(metric: str, pair: Pair) -> float | None:
    """What our metric reads of the pair, with nothing shared."""
    said, golden = (Utterance(samples=wave, sample_rate=pair.rate) for wave in (pair.heard, pair.golden))
    return metrics()[metric].read(Evidence(utterances=(said,), golden=golden)).value


def agreement(reference: Reference, pairs: list[Pair]) -> dict[str, Any]:
    """How far apart both are: the median and the largest difference, in the metric's unit."""
    chosen = [pair for pair in pairs if not reference.is_in_time or pair.name.endswith(IN_TIME)]
    chosen = chosen[:: len(chosen) // FEW] if reference.is_slow else chosen
    apart, values = [], []
    worst = ""
    for pair in chosen:
        own = ours(reference.metric, pair)
        theirs = reference.read(pair.heard, pair.golden, pair.rate)
        if own is None or not np.isfinite(theirs):
            continue
        if not apart or abs(own - theirs) > max(apart):
            worst = pair.name
        apart.append(abs(own - theirs))
        values.append((own, theirs))
    print(time.strftime("%H:%M:%S"), reference.by, max(apart, default=None), worst, flush=True)
    alike = spearman([a for a, _ in values], [b for _, b in values])
    return {
        "metric": reference.metric,
        "unit": metrics()[reference.metric].spec.unit,
        "pairs": len(apart),
        "median apart": float(f"{np.median(apart):.3g}"),
        "at most apart": float(f"{max(apart):.3g}"),
        "of": worst,
        "values": [round(float(edge(b for _, b in values)), 3) for edge in (min, max)],
        "rho": round(alike.rho, 3) if alike else None,
    }


def ranks() -> dict[str, Any]:
    """How the ranks of the mel-cepstral distance, which we have none of, go with those of ours; its cost."""
    pairs = list(_changed())
    begun = time.process_time()
    theirs = [mcd(pair.heard, pair.golden, pair.rate) for pair in pairs]
    took = time.process_time() - begun
    seconds = sum(pair.heard.size / pair.rate for pair in pairs)
    found: dict[str, Any] = {"pairs": len(pairs), "CPU s a second of sound": round(took / seconds, 2)}
    for metric in ("lsd", "mrstft", "ltas"):
        own = [ours(metric, pair) for pair in pairs]
        alike = spearman([value or 0.0 for value in own], theirs)
        found[f"rho with {metric}"] = round(alike.rho, 2) if alike else None
    return found


def cost() -> dict[str, Any]:
    """CPU seconds of ours and of theirs for the same sentences: medians of the rounds, and how many times as
    much theirs are, with a 95 % interval of the rounds."""
    sentences = spoken()
    noisy = FAULTS[0]
    pairs = []
    for sentence in sentences:
        golden, rate = sentence.golden.samples.astype(np.float64), sentence.golden.sample_rate
        heard = planted(noisy, _NOISE_DB, Original(golden, rate), sentence.case.id)
        pairs.append(Pair(sentence.case.id, heard, golden, rate))
    few = pairs[:FEW]
    scale = sum(p.heard.size for p in pairs) / sum(p.heard.size for p in few)
    heard_again((sentences[0], _said(pairs[0])))  # what is loaded once
    for reference in REFERENCES.values():
        reference.read(*pairs[0][1:])
    suite, theirs, alone = [], [], []
    for number in range(1, ROUNDS + 1):
        beside = zip(sentences, pairs, strict=True)
        suite.append(_timed(lambda each: heard_again((each[0], _said(each[1]))), beside))
        theirs.append({name: _theirs(each, pairs, few, scale) for name, each in REFERENCES.items()})
        alone.append({n: scale * _timed(partial(ours, each.metric), few) for n, each in REFERENCES.items()})
        print(
            time.strftime("%H:%M:%S"),
            number,
            round(suite[-1], 1),
            round(sum(theirs[-1].values()), 1),
            flush=True,
        )
    fast = [sum(s for name, s in each.items() if not REFERENCES[name].is_slow) for each in theirs]
    every = [sum(each.values()) for each in theirs]
    return {
        "sentences": len(sentences),
        "seconds of sound": round(sum(p.heard.size / p.rate for p in pairs), 1),
        "metrics": len(list(_plain())),
        "rounds": ROUNDS,
        "CPU s": {
            "our whole suite": round(median(suite), 2),
            "their fast ones": round(median(fast), 2),
            "their slow ones": round(median(a - f for a, f in zip(every, fast, strict=True)), 2),
        },
        "theirs about ours": {"fast": _times(fast, suite), "all": _times(every, suite)},
        "one by one": {
            name: {
                "metric": reference.metric,
                "sentences": FEW if reference.is_slow else len(pairs),
                "theirs": round(median(each[name] for each in theirs), 2),
                "ours, by itself": round(median(each[name] for each in alone), 2),
            }
            for name, reference in REFERENCES.items()
        },
    }


def _said(pair: Pair) -> Utterance:
    return Utterance(samples=pair.heard.astype(np.float32), sample_rate=pair.rate)


def _theirs(reference: Reference, pairs: list[Pair], few: list[Pair], scale: float) -> float:
    """What a reference costs of all sentences, a slow one by what it costs of few."""
    if reference.is_slow:
        return scale * _timed(lambda pair: reference.read(*pair[1:]), few)
    return _timed(lambda pair: reference.read(*pair[1:]), pairs)


def _times(theirs: list[float], ours: list[float]) -> dict[str, Any]:
    """How many times as much as ours, and its interval."""
    found = estimate([math.log(a / b) for a, b in zip(theirs, ours, strict=True)])
    edges = [round(math.exp(edge), 2) for edge in found.interval()]
    return {"times": round(math.exp(found.change), 2), "interval": edges}


def spoken() -> list[GoldenCase]:
    """The first sentences of `es` as they are accepted of espeak-ng."""
    store = Store(ROOT / "baselines", "espeak", "cpu")
    goldens = store.goldens(store.quality())
    cases = [case for case in read("es", Path.cwd()) if case.id in goldens][:SENTENCES]
    known = scripts(cases)
    return [GoldenCase(case, goldens[case.id], None, known.get(case.id)) for case in cases]


def _timed(read_one: Callable[[Any], Any], each: Iterable[Any]) -> float:
    begun = time.process_time()
    for item in each:
        read_one(item)
    return time.process_time() - begun


def _plain() -> Iterator[str]:
    for name, metric in metrics().items():
        if metric.spec.family == "quality" and not metric.spec.needs:
            yield name


SECTIONS = {"agreement": agreements, "mel-cepstral distance": ranks, "cost": cost}


if __name__ == "__main__":
    sys.exit(main())
