"""A run to look at: what its page shows is tested by its elements, and in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.baselines import quality_of
from tests.support.runs import reading, run
from tests.support.tones import TEXTS, sounds, tone
from tests.support.verdicts import outcome, verdict
from tts_baseline.baseline import files, pending, recordings
from tts_baseline.core.hearing import Audible, Passage
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Baseline


@pytest.fixture
def changed(tmp_path: Path) -> Outcome:
    """Two cases: one sounds otherwise than its golden, which lies in the run's folder; one does not."""
    before = sounds()
    now = before | {"hola": tone(250.0)}
    quality = quality_of({"level": -9.0}, TEXTS, before)
    goldens = {case: known.recording for case, known in quality.cases.items()}
    read = [reading("level", case, -9.0) for case in TEXTS]
    folder = pending.save(tmp_path, run("r1", now, goldens=goldens, readings=read), now)
    path = recordings.golden_path(folder, "hola")
    path.parent.mkdir()
    path.write_bytes(files.encode_flac(before["hola"]))
    place = Passage(0.01, 0.02, 0.03, 0.04, words="«Hola»")
    heard = {
        "hola": Audible(before=path, after=recordings.path_of(folder, "hola"), places={"level": (place,)})
    }
    verdicts = [
        verdict("level", "regressed", baseline=-9.0, current=-6.0, change=3.0, limit=1.0),
        verdict("level", "regressed", "hola", baseline=-9.0, current=-6.0, change=3.0, limit=1.0),
        verdict("level", "ok", "adios", baseline=-9.0, current=-9.0, change=0.0, limit=1.0),
    ]
    return outcome(
        pending.load(folder), verdicts, folder=folder, baseline=Baseline(quality=quality), heard=heard
    )
