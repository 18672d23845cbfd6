"""What was accepted, or waits for it, made up for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.runs import CASES, HEARD, accepted, run
from tests.support.tones import audio, sounds
from tts_baseline.baseline import accept, files, pending
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import (
    Acceptance,
    Baseline,
    Case,
    Quality,
    QualityCase,
    Run,
    Score,
    Utterance,
)

HOLA = {case: f"hola {case}" for case in CASES}  # what the runs of `Maker` say


def baseline_of(runs: Sequence[Run] = (), **fields: object) -> Baseline:
    return Baseline(runs=tuple(runs), **fields)


def quality_of(
    scores: Mapping[str, float | None],
    texts: Mapping[str, str] = HOLA,
    heard: Mapping[str, Utterance] | None = None,
) -> Quality:
    """The same accepted scores of every case, and what was heard of it, or a recording that is made up."""
    stored = {case: (audio(sound), files.encode_flac(sound)) for case, sound in (heard or {}).items()}
    cases = {}
    for case, text in texts.items():
        sound, recording = stored.get(case, (HEARD, b""))
        cases[case] = QualityCase(
            request=Case(id=case, text=text).request,
            audio=sound,
            recording=hashlib.sha256(recording).hexdigest(),
            run="r",
            scores={metric: Score(value=value) for metric, value in scores.items()},
        )
    return Quality(
        pipeline="voice:synthesize",
        variant="cpu",
        acceptance=accepted(),
        software={},
        provenance={},
        cases=cases,
    )


def left_pending(report: Path, name: str, pitch: float = 200.0, **fields) -> Path:
    """A pending folder of a run whose cases sound at this pitch."""
    spoken = sounds(pitch)
    measured = run(name, spoken, **fields)
    return pending.save(report, measured, {case: spoken[case] for case in measured.audio})


def golden(store: Store, case: str) -> Path:
    """Where the accepted recording of a case is."""
    return store.golden(case, store.quality().cases[case])


def promoted(
    store: Store, folder: Path, acceptance: Acceptance | None = None, **options: object
) -> tuple[Path, ...]:
    """The files that accepting a pending folder writes."""
    chosen = {"changed": False, "reset_anchor": False} | options
    return accept.promote(store, folder, pending.load(folder), acceptance or accepted(), **chosen)


def complaint(action: Callable[..., object], *arguments: object) -> BaselineError | None:
    """The BaselineError that an action ends with, if it does."""
    try:
        action(*arguments)
    except BaselineError as error:
        return error
    return None
