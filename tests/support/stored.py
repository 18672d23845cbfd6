"""One whole file of each kind of stored record, as JSON keeps it: to be damaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict

from tests.support.baselines import quality_of
from tests.support.judgements import even, judgement
from tests.support.runs import accepted, environment, run
from tests.support.tones import TEXTS, sounds
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Quality, Record, Run
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit


def certificate() -> Certificate:
    """Three unchanged sessions, and two of a slowdown that were seen."""
    usual = {"restarts": 3, "seconds": 10.0, "latency_s": 0.2, "spread": 0.01}
    trials = [
        Trial(slower=slower, outcome=outcome, change=slower, **usual)
        for slower, outcome in ((0.0, "ok"),) * 3 + ((0.1, "regressed"),) * 2
    ]
    findings = rules.findings(trials, Limit(0.05, 0.0))
    return Certificate(
        created="2026-11-22T10:00:00+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        cases=tuple(TEXTS),
        commit=None,
        dirty=False,
        environment=environment(),
        trials=tuple(trials),
        **asdict(findings),
    )


RECORDS: Mapping[type[Record], Record] = {
    Run: run(failed=["adios"], acceptance=accepted()),
    Quality: quality_of({"duration": 0.05}, TEXTS, sounds()),
    Judgement: judgement([even(list(TEXTS), 0.2, 0.21)] * 3),
    Certificate: certificate(),
}


def document(kind: type[Record]) -> Any:
    """A new copy of the file's JSON, to change."""
    return msgspec.json.decode(msgspec.json.encode(RECORDS[kind]))
