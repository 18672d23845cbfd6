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
from tts_baseline.core.sound_certificate import Alarms, Catches, SoundCertificate
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


def sound_certificate() -> SoundCertificate:
    """Noise that is always caught, a word that is caught in both sentences alone, and a false alarm."""
    noise = {"fault": "noise", "strength": 30, "shown": "30 dB", "sentences": 2}
    word = {"fault": "dropped word", "strength": 0.2, "shown": "0.2 s", "sentences": 2}
    return SoundCertificate(
        created="2026-11-22T10:00:00+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        cases=tuple(TEXTS),
        commit=None,
        dirty=False,
        tool="0.1.0",
        goldens="0" * 64,
        limits={"snr": "1 dB"},
        faults=(
            Catches(**noise, extent="all", builds=1, caught=1, named=1, gates={"snr": 1}),
            Catches(**noise, extent="one", builds=2, caught=2, named=1, gates={"snr": 1, "pesq_wb": 2}),
            Catches(**word, extent="all", builds=1, caught=1, named=1, gates={"words": 1}),
            Catches(**word, extent="one", builds=2, caught=1, named=1, gates={"words": 1}),
        ),
        harmless=(Alarms(change="1 ms later", builds=3, alarms=1, gates={"clicks": 1}),),
    )


RECORDS: Mapping[type[Record], Record] = {
    Run: run(failed=["adios"], acceptance=accepted()),
    Quality: quality_of({"duration": 0.05}, TEXTS, sounds()),
    Judgement: judgement([even(list(TEXTS), 0.2, 0.21)] * 3),
    Certificate: certificate(),
    SoundCertificate: sound_certificate(),
}


def document(kind: type[Record]) -> Any:
    """A new copy of the file's JSON, to change."""
    return msgspec.json.decode(msgspec.json.encode(RECORDS[kind]))
