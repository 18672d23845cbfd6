"""How well predicted opinions tell a faulty sound from one that nobody hears a difference in: Youden's J.

python benchmarks/opinions/opinions.py --minutes 20 --kept rows.jsonl

needs pytest-tts-baseline[mos,distillmos,espeak]. Every clip is heard beside itself with a fault at its middle
strength (a bad pair) and with a harmless change (a good pair). J is the share of bad pairs that fall by more
than a limit, less that of good pairs: at the limit that warns, and at the best for these very pairs. It goes
on where `--kept` was left, and writes results.json beside itself.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tts_baseline.core.ears import Ears
from tts_baseline.core.protocols import Evidence, Metric
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sounds
from tts_baseline.faults.fault import Fault, Harmless, Original
from tts_baseline.faults.harmless import HARMLESS
from tts_baseline.faults.signal import FAULTS
from tts_baseline.pipelines import espeak

HERE = Path(__file__).parent
RECORDED = HERE.parents[1] / "tests" / "data" / "speech_es_mx.flac"
PAGE = HERE.parents[1] / "docs" / "metrics.md"
BEGIN = "<!-- opinions: python benchmarks/opinions/opinions.py --minutes 20 --kept rows.jsonl -->"
END = "<!-- end of opinions -->"
MODELS = {"dnsmos": "speechmos", "distillmos": "distillmos"}
SECONDS, CLIPS = 5, 2
SAID = "El tren de las ocho sale mañana, con veinte pasajeros y mucho equipaje para la feria."


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--kept", type=Path, required=True, help="rows that are measured, one a line")
    options = parser.parse_args()
    rows = (
        [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept.exists() else []
    )
    known = {(row["clip"], row["change"]) for row in rows}
    until = time.monotonic() + 60 * options.minutes
    for name, change, clip in asked():
        if (name, change.name if change else "") in known or time.monotonic() > until:
            continue
        rows.append(row(name, change, clip))
        with options.kept.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")
        print(f"{len(rows)} heard: {name}, {rows[-1]['change'] or 'as it is'}", file=sys.stderr, flush=True)
    results = summary(rows)
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(END)
    before = before.partition(BEGIN)[0]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(results)}\n\n{END}{rest}", encoding="utf-8")


def asked() -> Iterator[tuple[str, Fault | Harmless | None, Original]]:
    """Every clip as it is, then with each change, clip after clip within a change."""
    samples, rate = soundfile.read(RECORDED)
    clips = {
        f"recorded {n}": Original(samples[n * SECONDS * rate : (n + 1) * SECONDS * rate], rate)
        for n in range(CLIPS)
    }
    spoken = espeak.create().synthesize(Case(id="a", text=SAID, region="mexican").request)
    clips["espeak"] = Original(spoken.samples.astype(np.float64), spoken.sample_rate)
    changes: list[Fault | Harmless | None] = [None, *HARMLESS[:1], *FAULTS, *HARMLESS[1:]]
    for change in changes:
        for name, clip in clips.items():
            yield name, change, clip


def row(name: str, change: Fault | Harmless | None, clip: Original) -> dict[str, Any]:
    strength = 0.0 if change is None else change.middle if isinstance(change, Fault) else change.strength
    wave = clip.wave if change is None else change.plant(clip, strength, np.random.default_rng(20))
    heard = Utterance(
        samples=np.asarray(0.9 * wave if wave is not None else clip.wave, dtype=np.float32),
        sample_rate=clip.rate,
    )
    evidence = Evidence(
        case=Case(id="a", text=SAID), utterances=(heard,), ears=Ears(models=MODELS), sounds=Sounds()
    )
    began = time.process_time()
    scores = {metric.spec.name: reading for metric in listening() if (reading := metric.read(evidence))}
    return {
        "clip": name,
        "change": change.name if change else "",
        "bad": isinstance(change, Fault),
        "none": wave is None,
        "scores": {name: reading.value for name, reading in scores.items()},
        "sd": {
            name: float(re.findall(r"sd ([\d.]+)", reading.note)[0])
            for name, reading in scores.items()
            if reading.note
        },
        "cpu_s": round(time.process_time() - began, 1),
        "audio_s": round(len(heard.samples) / heard.sample_rate, 2),
    }


def listening() -> list[Metric]:
    return [metric for metric in metrics().values() if metric.spec.needs in MODELS]


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    plain = {row["clip"]: row for row in rows if not row["change"]}
    pairs = [
        (row, plain[row["clip"]])
        for row in rows
        if row["change"] and not row["none"] and row["clip"] in plain
    ]
    told = {}
    for metric in listening():
        name = metric.spec.name
        both = [(before["scores"][name], now["scores"][name], now["bad"]) for now, before in pairs]
        falls = [(then - now, bad) for then, now, bad in both if None not in (then, now)]
        warning = re.findall(r"warn ([\d.]+)", metric.spec.limit or "")
        limits = sorted({fall for fall, _ in falls})
        best = max(limits, key=lambda limit: youden(falls, limit), default=0.0)
        told[name] = {
            "pairs": [sum(bad for _, bad in falls), sum(not bad for _, bad in falls)],
            "limit": float(warning[0]) if warning else None,
            "J": round(youden(falls, float(warning[0])), 2) if warning else None,
            "best limit": round(best, 3),
            "J at best": round(youden(falls, best), 2),
            "sd of crops": round(float(np.median([row["sd"][name] for row in rows if name in row["sd"]])), 3),
            "caught": sorted(
                {
                    now["change"]
                    for (now, before) in pairs
                    if warning
                    and now["bad"]
                    and before["scores"][name] - now["scores"][name] > float(warning[0])
                }
            ),
        }
    return {
        "clips": sorted(plain),
        "metrics": told,
        "cpu seconds a second of audio": round(
            sum(r["cpu_s"] for r in rows) / sum(r["audio_s"] for r in rows), 2
        ),
    }


def table(results: dict[str, Any]) -> str:
    """The table of docs/metrics.md."""
    lines = ["| metric | pairs: bad, good | warns of | J | J at best limit | sd of crops | it warns of |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for name, told in results["metrics"].items():
        bad, good = told["pairs"]
        warns = "reported" if told["limit"] is None else f"{told['limit']:g}"
        at_limit = "" if told["J"] is None else f"{told['J']:.2f}"
        best = f"{told['J at best']:.2f} at {told['best limit']:g}"
        faults, deviation = ", ".join(told["caught"]), f"{told['sd of crops']:g}"
        row = (f"`{name}`", f"{bad}, {good}", warns, at_limit, best, deviation, faults)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def youden(falls: Sequence[tuple[float, bool]], limit: float) -> float:
    """The share of bad pairs beyond a limit, less that of good ones."""
    beyond = {kind: [fall > limit for fall, bad in falls if bad is kind] for kind in (True, False)}
    return float(np.mean(beyond[True]) - np.mean(beyond[False])) if all(beyond.values()) else 0.0


if __name__ == "__main__":
    main()
