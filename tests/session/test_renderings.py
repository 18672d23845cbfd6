"""More utterances of a voice that chance moves: asked for while a verdict is open, and not for ever."""

from __future__ import annotations

import random
from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import quality_of
from tests.support.runs import run
from tests.support.tones import RATE
from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Baseline, Case, Quality, Reading, Request, Run, Score, Utterance
from tts_baseline.gate.screen import quality
from tts_baseline.gate.screen.accepted import accepted as accepted_of
from tts_baseline.measure.protocol import Spoken
from tts_baseline.session.measurement import renderings
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.renderings import until_judged
from tts_baseline.session.project import Project, open_project

TEXTS = {f"c{n}": "hola" for n in range(6)}
DEVIATION = 0.5


def utterance(level: float) -> Utterance:
    """A short tone at so many dBFS."""
    tone = np.sin(np.arange(RATE // 20) * 0.1) * np.sqrt(2) * 10 ** (level / 20)
    return Utterance(samples=tone.astype("f4"), sample_rate=RATE)


class Stub:
    """Stands in for the worker: says each case at a level that chance moves."""

    level = -20.0
    breaks_after = 10**6
    said: list[str]
    dice: random.Random

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None: ...

    def speak(self, request: Request, *, full: bool, timeout: float) -> Spoken:
        if len(self.said) == self.breaks_after:
            raise RequestFailed("no such phoneme")
        self.said.append(request.text)
        assert full
        assert timeout == 60
        sound = utterance(self.level + self.dice.gauss(0, DEVIATION))
        return Spoken(
            wall_s=0.1, cpu_s=0.1, reference_s=0.1, stages={}, sample_rate=RATE, samples=len(sound.samples),
            sha256="0", audio=sound.samples.tobytes(),
        )  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch) -> Iterator[Project]:
    monkeypatch.setattr(renderings, "Worker", Stub)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # a measuring lock of its own
    monkeypatch.setattr(Stub, "said", [], raising=False)
    monkeypatch.setattr(Stub, "dice", random.Random(3), raising=False)
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")
    return open_project(tmp_path, {"pipeline": "voice:synthesize"})


def levels(around: float, seed: int) -> dict[str, tuple[float, ...]]:
    dice = random.Random(seed)
    return {case: tuple(around + dice.gauss(0, DEVIATION) for _ in range(3)) for case in TEXTS}


def accepted() -> Quality:
    known = quality_of({}, TEXTS)
    cases = {
        case: replace(known.cases[case], scores={"level": Score(value=median(values), values=values)})
        for case, values in levels(-20.0, 1).items()
    }
    return replace(known, cases=cases)


def measured(level: float, *, reproducible: bool = False) -> Run:
    """A run of three restarts in which each case sounded different, by chance."""
    heard = {case: utterance(level) for case in TEXTS}
    readings = [
        Reading(
            metric="level", case=case, value=median(values), values=values[:1] if reproducible else values
        )
        for case, values in levels(level, 2).items()
    ]
    made = run("r", heard, texts=TEXTS, readings=readings)
    audio = {case: replace(known, reproducible=reproducible) for case, known in made.audio.items()}
    return replace(made, audio=audio, cases=tuple(Case(id=case, text=text) for case, text in TEXTS.items()))


def grown(
    project: Project, taken: Run, *, seconds: float = 30.0, pass_s: float = 0.1
) -> tuple[Run, list[str]]:
    lines: list[str] = []
    first = {case: utterance(-20.0) for case in TEXTS}
    known = Baseline(quality=accepted())
    progress = Progress(lines.append, live=False)
    more = until_judged(project, taken, first, known, {}, progress, pass_s=pass_s, seconds=seconds)
    return more, lines


def status(project: Project, judged: Run) -> str:
    spec, limit = quality.metrics()["level"].spec, project.limits["level"]
    baseline = Baseline(quality=accepted())
    return quality.verdicts(spec, limit, judged, baseline, accepted_of(judged, baseline), ())[0].status


def test_what_is_plain_asks_for_nothing(project: Project) -> None:
    for level, expected in ((-20.0, "ok"), (-26.0, "regressed")):
        taken = measured(level)
        assert status(project, taken) == expected
        assert grown(project, taken) == (taken, [])
    assert Stub.said == []


def test_an_open_verdict_is_listened_to_look_by_look_until_it_is_in(project: Project) -> None:
    """A change of 1.6 dB, which three utterances do not tell from the 1 dB that is allowed."""
    Stub.level = -21.6
    taken = measured(-21.6)
    assert status(project, taken) == "undecided"
    more, lines = grown(project, taken)
    assert status(project, more) == "regressed"
    counts = {len(reading.values) for reading in more.readings}
    assert counts <= {4, 6, 8}
    assert len(counts) == 1
    assert len(Stub.said) == len(TEXTS) * (counts.pop() - 3)
    assert "more utterances of 6 cases" in lines[0]
    for before, after in zip(taken.readings, more.readings, strict=True):
        assert after.values[:3] == before.values
        assert after.value == pytest.approx(median(after.values))


def test_at_most_eight_utterances_are_asked_for(project: Project) -> None:
    last = measured(-21.0)
    last = replace(last, readings=eight(last))
    assert status(project, last) == "undecided"
    assert grown(project, last) == (last, [])


def eight(taken: Run) -> tuple[Reading, ...]:
    """Readings of eight utterances that leave the verdict open."""
    return tuple(replace(r, value=-21.3, values=(-20.8, -21.8) * 4) for r in taken.readings)


def test_a_voice_that_says_the_same_each_time_is_asked_for_no_more(project: Project) -> None:
    taken = measured(-21.0, reproducible=True)
    assert grown(project, taken) == (taken, [])


@pytest.mark.parametrize(("seconds", "pass_s"), [(5.0, 10.0), (0.0, 0.1), (-3.0, 0.1)])
def test_what_the_budget_does_not_afford_is_not_asked_for(
    project: Project, seconds: float, pass_s: float
) -> None:
    taken = measured(-21.6)
    assert grown(project, taken, seconds=seconds, pass_s=pass_s) == (taken, [])


def test_a_pipeline_that_fails_meanwhile_leaves_what_was_measured(project: Project) -> None:
    Stub.level, taken = -21.6, measured(-21.6)
    Stub.breaks_after = 4
    try:
        more, lines = grown(project, taken)
    finally:
        Stub.breaks_after = 10**6
    assert more == taken
    assert lines[-1] == "tts-baseline: no more utterances: no such phoneme\n"
