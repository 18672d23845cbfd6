"""A small project with a stored file of every kind: two accepted runs, and a pending one that was judged."""

from __future__ import annotations

import random
from pathlib import Path

import cases
from msgspec.structs import asdict

from tts_baseline.baseline import files
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.core.judgement import Against, Judgement, Paired
from tts_baseline.core.records import Case, Replicate
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit
from tts_baseline.session.outcome import JUDGE_FILE
from tts_baseline.session.project import open_project

CASES = 3
ACCEPTED = 2
# By kind of file, where those of the project lie.
KINDS = {
    "run": ".tts-baseline/*/run.json",
    "judgement": ".tts-baseline/*/judge.json",
    "recording": ".tts-baseline/*/audio/*.flac",
    "quality": "baselines/*/*/quality.json",
    "machine": "baselines/*/*/machines/*/*.json",
    "certificate": "baselines/*/*/certificates/*.json",
    "history": "baselines/*/*/history/*.json",
    "golden": "baselines/*/*/golden/*.flac",
    "schema": "baselines/schema/*.json",
    "suite": "cases.toml",
    "settings": "pyproject.toml",
}


def project(root: Path) -> None:
    """Write it into an empty folder."""
    cases.project(root, CASES, accepted=ACCEPTED)
    opened = open_project(root, {})
    (newest,) = root.glob(f".tts-baseline/*{ACCEPTED}-aaaa")
    for older in set(root.glob(".tts-baseline/*-aaaa")) - {newest}:
        for path in sorted(older.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        older.rmdir()
    files.write_record(newest / JUDGE_FILE, judgement(opened.cases))
    opened.store("cpu").write(certificate=certificate(opened.cases))


def stored(root: Path) -> list[tuple[str, Path]]:
    """Every stored file of the project, with its kind; SystemExit where there is none of a kind."""
    found = [(kind, path) for kind, pattern in KINDS.items() for path in sorted(root.glob(pattern))]
    if lacking := KINDS.keys() - {kind for kind, _ in found}:
        raise SystemExit(f"the project has no file of these kinds: {', '.join(sorted(lacking))}")
    return found


def judgement(asked: tuple[Case, ...]) -> Judgement:
    """Three restarts of two arms whose calls take turns."""
    dice = random.Random(0)

    def arm() -> Replicate:
        return cases.process(asked, dice, counts=False)

    quads = cases.PASSES // 2
    orders = {case.id: "ABBA" * quads for case in asked}
    restarts = tuple(Paired(base=arm(), head=arm(), orders=orders) for _ in range(3))
    return Judgement(
        created="2026-01-01T00:00:09+00:00",
        commit=None,
        dirty=False,
        against=Against(name="main"),
        cases=asked,
        restarts=restarts,
        seconds=9.0,
    )


def certificate(asked: tuple[Case, ...]) -> Certificate:
    """Three unchanged sessions, and two of a slowdown that were seen."""
    usual = {"restarts": 3, "seconds": 10.0, "latency_s": 0.1, "spread": 0.01}
    trials = [
        Trial(slower=slower, outcome=outcome, change=slower, **usual)  # type: ignore[arg-type]
        for slower, outcome in ((0.0, "ok"),) * 3 + ((0.1, "regressed"),) * 2
    ]
    return Certificate(
        created="2026-01-01T00:00:09+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        cases=tuple(case.id for case in asked),
        commit=None,
        dirty=False,
        environment=cases.HARDWARE,
        trials=tuple(trials),
        **asdict(rules.findings(trials, Limit(0.05, 0.0))),
    )
