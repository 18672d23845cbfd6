"""How far our metrics are from other people's code, and what both cost, in one run.

    pip install -r benchmarks/metrics_vs_reference/requirements.txt
    OMP_NUM_THREADS=1 nice -n 19 python benchmarks/metrics_vs_reference/metrics_vs_reference.py

Agreement: three clips (espeak-ng, the embedded voice, recorded) with noise, without what is above 4 kHz,
clipped, and two semitones higher. Cost: CPU seconds for 40 sentences of the suite `es` as espeak-ng says
them, with noise 50 dB below: the whole suite of metrics of plain sound, and the references one by one, each
by itself; slow ones, and ours by themselves, of six sentences, scaled. Results go to results.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
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
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_name("results.json")
IN_TIME = ("noise", "low-pass", "clipping")
CHANGES = (("noise", 20.0), ("low-pass", 4_000.0), ("clipping", 0.3), ("pitch", 2.0))
SENTENCES, FEW = 40, 6
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
    """CPU seconds of ours and of theirs for the same sentences."""
    sentences = spoken()
    pairs = [
        Pair(
            s.case.id,
            s.golden.samples.astype(np.float64),
            s.golden.samples.astype(np.float64),
            s.golden.sample_rate,
        )
        for s in sentences
    ]
    noisy = FAULTS[0]
    pairs = [
        pair._replace(heard=planted(noisy, _NOISE_DB, Original(pair.golden, pair.rate), pair.name))
        for pair in pairs
    ]
    said = [Utterance(samples=p.heard.astype(np.float32), sample_rate=p.rate) for p in pairs]
    heard_again((sentences[0], said[0]))  # what is loaded once
    begun = time.process_time()
    for sentence, utterance in zip(sentences, said, strict=True):
        heard_again((sentence, utterance))
    suite = time.process_time() - begun
    few = pairs[:FEW]
    scale = sum(p.heard.size for p in pairs) / sum(p.heard.size for p in few)
    rows = {}
    for name, reference in REFERENCES.items():
        reference.read(*pairs[0][1:])
        some, factor = (few, scale) if reference.is_slow else (pairs, 1.0)
        rows[name] = {
            "metric": reference.metric,
            "sentences": len(some),
            "theirs": round(factor * _timed(lambda p, r=reference: r.read(*p[1:]), some), 2),
            "ours, by itself": round(scale * _timed(lambda p, r=reference: ours(r.metric, p), few), 2),
        }
        print(time.strftime("%H:%M:%S"), name, rows[name], flush=True)
    slow, fast = (
        round(sum(row["theirs"] for name, row in rows.items() if REFERENCES[name].is_slow is is_slow), 2)
        for is_slow in (True, False)
    )
    return {
        "sentences": len(sentences),
        "seconds of sound": round(sum(p.heard.size / p.rate for p in pairs), 1),
        "metrics": len(list(_plain())),
        "CPU s": {"our whole suite": round(suite, 2), "their fast ones": fast, "their slow ones": slow},
        "theirs about ours": {"fast": round(fast / suite, 2), "all": round((fast + slow) / suite, 2)},
        "one by one": rows,
    }


def spoken() -> list[GoldenCase]:
    """The first sentences of `es` as they are accepted of espeak-ng."""
    store = Store(ROOT / "baselines", "espeak", "cpu")
    goldens = store.goldens(store.quality())
    cases = [case for case in read("es", Path.cwd()) if case.id in goldens][:SENTENCES]
    known = scripts(cases)
    return [GoldenCase(case, goldens[case.id], None, known.get(case.id)) for case in cases]


def _timed(read_one: Any, pairs: list[Pair]) -> float:
    begun = time.process_time()
    for pair in pairs:
        read_one(pair)
    return time.process_time() - begun


def _plain() -> Iterator[str]:
    for name, metric in metrics().items():
        if metric.spec.family == "quality" and not metric.spec.needs:
            yield name


SECTIONS = {"agreement": agreements, "mel-cepstral distance": ranks, "cost": cost}


if __name__ == "__main__":
    sys.exit(main())
