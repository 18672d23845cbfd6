"""Replays every gate on the recorded calls: what each would have said, how often it is wrong, what it costs.

    python benchmarks/gate_vs_peers/replay.py [--recordings FOLDER] [--ours] [--write]

A build fails if any case of a session fails (ours: the suite or a case). Shares have exact 95 % bounds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

import bootstrap
import numpy as np
import ours
import peers
from page import table, write_page
from recordings import Session, rigs, sessions

from tts_baseline.core.errors import MissingExtra, TtsBaselineError
from tts_baseline.stats.proportion import bounds

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
RECORDINGS = HERE / "recordings"
PAGE = HERE.parents[1] / "docs" / "judge.md"
OURS = "tts-baseline judge"
STOLEN = (0.0, 0.01, 0.05, 0.1, 1.0)
_STATUS: Mapping[str, peers.Status] = {
    "ok": "passes",
    "improved": "passes",
    "regressed": "fails",
    "undecided": "undecided",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recordings", type=Path, default=RECORDINGS, help="folder with an archive a rig")
    parser.add_argument("--ours", action="store_true", help="leave the other tools out")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name} and the page's tables")
    options = parser.parse_args()
    try:
        results = replay(options.recordings, [] if options.ours else others())
    except TtsBaselineError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(results))
    if options.write:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_page(PAGE, results)
    return 0


def others() -> list[peers.Gate]:
    """Every other tool's gates; raises MissingExtra."""
    gates = [*peers.gates(), *bootstrap.gates()]
    for gate in gates:
        try:
            version(gate.distribution)
        except PackageNotFoundError as error:
            raise MissingExtra(f"{gate.distribution} is not installed", extra="bench") from error
    return gates


def replay(folder: Path, gates: Sequence[peers.Gate]) -> dict[str, Any]:
    """All figures of all rigs, as results.json has them."""
    begun = time.monotonic()
    page: dict[str, Any] = {"limit": peers.LIMIT_PERCENT / 100, "rigs": {}, "gates": [], "clocks": []}
    checks: list[bool] = []
    for rig in rigs(folder):
        recorded = list(sessions(folder, rig))
        page["rigs"][rig] = about(recorded)
        for number, level in enumerate(recorded[0].levels):
            where = {"rig": rig, "level": level}
            page["gates"].append(where | judge(recorded, number))
            page["gates"] += [where | peer(recorded, number, gate) for gate in gates]
            page["clocks"] += [where | row for row in study(recorded, number)]
            if gates:
                checks += agreement(recorded, number)
            print(f"{rig} {level:+.0%} {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    page["software"] = {name: version(name) for name in sorted({gate.distribution for gate in gates})}
    page["benchmatrix_cells_checked"] = {"cells": len(checks), "equal": sum(checks)}
    return page


def about(recorded: Sequence[Session]) -> dict[str, Any]:
    """What was recorded, and how much of all cores' time went to others (a share a restart)."""
    first, last = recorded[0].meta, recorded[-1].meta
    restarts, cases, _, quads, _ = recorded[0].clocks["wall"].shape
    spread = {
        name: [
            float(share)
            for share in np.quantile([getattr(session.meta, name) for session in recorded], (0, 0.5, 1))
        ]
        for name in ("others_cpu", "steal")
        if first.steal or name == "others_cpu"
    }
    return {
        "sessions": len(recorded),
        "began": [first.began, last.began],
        "restarts": restarts,
        "cases": cases,
        "calls_an_arm": quads * 2,
        "median_call_s": float(np.median([session.arms(0).base for session in recorded])),
        "machine": first.machine,
        "software": first.software,
        "lowest_median_highest": spread,
        "measured_anew": sum(session.meta.disturbed for session in recorded),
        "spread": spread_of(recorded),
    }


def spread_of(recorded: Sequence[Session]) -> list[dict[str, Any]]:
    """How far unchanged restarts lie apart (sd of the suite's change), by what the host gave to others."""
    restarts = [
        (stolen, change)
        for session in recorded
        for stolen, change in zip(session.meta.steal, ours.changes(session, 0), strict=False)
    ]
    rows = []
    for low, high in pairwise(STOLEN):
        changes = [change for stolen, change in restarts if low <= stolen < high]
        if len(changes) > 1:
            rows.append({"stolen": [low, high], "restarts": len(changes), "sd": stdev(changes)})
    return rows


def judge(recorded: Sequence[Session], level: int) -> dict[str, Any]:
    """The judge's row: what peers' rows have, and its intervals, looks and improvements."""
    judged = [ours.verdict(session, level) for session in recorded]
    truth = recorded[0].levels[level]
    intervals = [verdict.interval for verdict in judged]
    used = [(session, verdict.restarts) for session, verdict in zip(recorded, judged, strict=True)]
    calls = [session.arms(level).first(restarts).calls for session, restarts in used]
    seconds = [session.seconds(level, restarts) for session, restarts in used]
    return {
        "gate": OURS,
        "reading": "as used",
        **verdicts(judged),
        "calls": fmean(calls),
        "seconds": fmean(seconds),
        "restarts": {str(count): n for count, n in sorted(Counter(restarts for _, restarts in used).items())},
        "covered": share(sum(low <= truth <= high for low, high in intervals), len(judged)),
        "width": median(high - low for low, high in intervals),
        "change": median(verdict.change for verdict in judged),
    }


def peer(recorded: Sequence[Session], level: int, gate: peers.Gate) -> dict[str, Any]:
    """Another tool's row."""
    samples = [gate.sample(session.arms(level)) for session in recorded]
    statuses = [gate.rule(sample) for sample in samples]
    return {
        "gate": gate.name,
        "reading": gate.reading,
        **tally([overall(cases) for cases in statuses], [status for cases in statuses for status in cases]),
        "calls": fmean(sample.calls for sample in samples),
        "seconds": fmean(sample.base.sum() + sample.head.sum() for sample in samples),
    }


def study(recorded: Sequence[Session], level: int) -> Iterable[dict[str, Any]]:
    """One row for each rule of the study of two clocks."""
    clocks = {clock for needed, _ in ours.RULES.values() for clock in needed}
    looks = [{clock: ours.looks(session, level, clock) for clock in clocks} for session in recorded]
    for name, (needed, rule) in ours.RULES.items():
        judged = [ours.judged({clock: by_clock[clock] for clock in needed}, rule) for by_clock in looks]
        yield {"rule": name, **verdicts(judged), "restarts": fmean(verdict.restarts for verdict in judged)}


def agreement(recorded: Sequence[Session], level: int) -> list[bool]:
    """By design: True where benchmatrix's own bootstrap says the same of one case (a second each)."""
    session = recorded[level % len(recorded)]
    case = level % len(session.meta.cases)
    return [bootstrap.check(session.arms(level), case, is_paired=paired) for paired in (False, True)]


def overall(cases: Sequence[peers.Status]) -> peers.Status:
    """A session's status: it fails where any case does, and passes where all do."""
    if "fails" in cases:
        return "fails"
    return "undecided" if "undecided" in cases else "passes"


def verdicts(judged: Sequence[ours.Judged]) -> dict[str, Any]:
    """The judge's verdicts, counted like the other tools', and how many it called faster."""
    return {
        **tally(
            [_STATUS[verdict.build] for verdict in judged],
            [_STATUS[case] for verdict in judged for case in verdict.cases],
        ),
        "improved": sum(verdict.suite == "improved" for verdict in judged),
    }


def tally(sessions: Sequence[str], cases: Sequence[str]) -> dict[str, Any]:
    """Counts and shares. Cases of a session share processes, so the bounds of their share are too narrow."""
    return {
        "sessions": len(sessions),
        **{status: share(sessions.count(status), len(sessions)) for status in ("fails", "undecided")},
        "cases": len(cases),
        **{f"case_{status}": share(cases.count(status), len(cases)) for status in ("fails", "undecided")},
    }


def share(count: int, of: int) -> dict[str, Any]:
    """A count as a share, with its exact 95 % bounds."""
    return {
        "count": count,
        "share": count / of,
        "bounds_95": [round(bound, 5) for bound in bounds(count, of)],
    }


if __name__ == "__main__":
    sys.exit(main())
