"""How each metric follows what is done to a sound: six clips, eleven degradations, five strengths of each.

    nice -n 19 python benchmarks/metrics_vs_reference/ladder.py --kept rows.jsonl

Spearman's rho of strength (as it is, then the five) and value, clip by clip; and by how many of its limits
each gated metric is worse at the middle strength. It goes on where `--kept` was left, writes ladder.json
beside itself and the picture docs/metrics_matrix.svg.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from clips import LADDER, Degradation, clips
from matrix import draw

from tts_baseline.core import environment
from tts_baseline.core.registry import metrics
from tts_baseline.gate.limits import parse
from tts_baseline.session.planting import GoldenCase, heard
from tts_baseline.stats.ranks import spearman

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("ladder.json")
PICTURE = ROOT / "docs" / "metrics_matrix.svg"
_FEWEST = 5  # of the six values of a ladder
Values = dict[str, float | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kept", type=Path, required=True, help="rows that are measured, one a line")
    options = parser.parse_args()
    rows = (
        [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept.exists() else []
    )
    known = {(row["clip"], row["fault"]) for row in rows}
    for clip, degradation in _asked():
        if (clip.case.id, degradation.fault.name if degradation else "") in known:
            continue
        began = time.process_time()
        rows.append(_row(clip, degradation))
        with options.kept.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")
        took = time.process_time() - began
        print(
            f"{len(rows)}: {rows[-1]['clip']} {rows[-1]['fault']} {took:.1f} s", file=sys.stderr, flush=True
        )
    results = summary(rows)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_bytes(draw(results))
    print(json.dumps(results["short of 0.9"], indent=1))


def _asked() -> Iterator[tuple[GoldenCase, Degradation | None]]:
    for degradation in (None, *LADDER):
        for clip in clips():
            yield clip, degradation


def _row(clip: GoldenCase, degradation: Degradation | None) -> dict[str, Any]:
    planted = heard((clip, degradation.fault if degradation else None))
    values = [
        None if readings is None else {reading.metric: reading.value for reading in readings}
        for readings in planted.readings.values()
    ]
    return {"clip": clip.case.id, "fault": planted.change, "values": values}


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rank correlations of the intended pairs, and the responses at the middle strength, in limits."""
    plain = {row["clip"]: row["values"][0] for row in rows if not row["fault"]}
    pairs = {}
    for degradation in LADDER:
        of_fault = {row["clip"]: row["values"] for row in rows if row["fault"] == degradation.fault.name}
        for metric in degradation.intended:
            found = [rho(metric, plain[clip], values) for clip, values in of_fault.items()]
            known = [each for each in found if each is not None]
            pairs[f"{degradation.fault.name}: {metric}"] = {
                "clips": len(known),
                "mean rho": round(fmean(known), 3) if known else None,
                "least rho": round(min(known), 3) if known else None,
            }
    responses = {
        degradation.fault.name: {
            metric: _middle(metric, plain, [r for r in rows if r["fault"] == degradation.fault.name])
            for metric in gated()
        }
        for degradation in LADDER
    }
    return {
        "command": "python benchmarks/metrics_vs_reference/ladder.py --kept rows.jsonl",
        "machine": environment.read("cpu").hardware,
        "clips": sorted(plain),
        "strengths": {each.fault.name: [each.fault.at(s) for s in each.fault.strengths] for each in LADDER},
        "pairs": pairs,
        "short of 0.9": sorted(name for name, pair in pairs.items() if (pair["mean rho"] or 0) < 0.9),
        "responses": responses,
        "intended": {each.fault.name: list(each.intended) for each in LADDER},
    }


def gated() -> list[str]:
    """The metrics of plain sound that have a limit."""
    return [name for name, metric in metrics().items() if _is_gated(metric.spec)]


def _is_gated(spec: Any) -> bool:
    return spec.family == "quality" and spec.limit is not None and not spec.needs


def worse(metric: str, value: float, plain: float) -> float:
    """By how much a value is worse than that of the clip as it is."""
    spec = metrics()[metric].spec
    if spec.cap is not None:
        value, plain = min(value, spec.cap), min(plain, spec.cap)
    if spec.better == "same":
        return abs(value - plain)
    return value - plain if spec.better == "lower" else plain - value


def rho(metric: str, plain: Values, values: Sequence[Values | None]) -> float | None:
    """Spearman's rho of strength and loss; None where fewer than five of the six have a value."""
    then = plain[metric]
    steps = [(0, 0.0)] if then is not None else []
    steps += [
        (number, worse(metric, now, then if then is not None else 0.0))
        for number, reading in enumerate(values, 1)
        if reading is not None and (now := reading[metric]) is not None
    ]
    if len(steps) < _FEWEST:
        return None
    found = spearman([number for number, _ in steps], [round(loss, 9) for _, loss in steps])
    return found.rho if found else 0.0


def _middle(metric: str, plain: Mapping[str, Values], rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The median over clips of the loss at the middle strength, in limits of the metric."""
    found = []
    for row in rows:
        then, now = plain[row["clip"]].get(metric), (row["values"][2] or {}).get(metric)
        if then is None or now is None:
            continue
        spec = metrics()[metric].spec
        limit = parse(spec.limit or "", spec)
        amount = limit.absolute + limit.relative * abs(then)
        loss = worse(metric, now, then)
        # Where any fault is one too many, one is twice what passes.
        found.append(loss / amount if amount else 2 * loss)
    return round(median(found), 2) + 0.0 if found else None


if __name__ == "__main__":
    main()
