"""The same audio under the same code and libraries is not scored again; under any other it is."""

from __future__ import annotations

from pathlib import Path

import pesq
import pytest
from msgspec.structs import replace

from tests.session.test_scoring import CASE, quality, replicates, sound
from tests.support import baselines
from tests.support.projects import close_to, make_project, measured, store_of, voice
from tests.support.runs import KEY
from tests.support.runs import accepted as accepted_at
from tts_baseline.baseline import accept, pending
from tts_baseline.core import environment
from tts_baseline.core import scored_by as scoring_identity
from tts_baseline.core.protocols import Metric, MetricSpec
from tts_baseline.core.records import Quality, Score, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import CODE, scored_by
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.session.measurement import score as scoring
from tts_baseline.session.measurement.score import score
from tts_baseline.session.project import Project

SOFTWARE = {CODE: "0123456789abcdef", "numpy": "2.0", "earlib": "1.0", "other": "7"}
SPEC = MetricSpec(
    name="ear", unit="1", better="same", family="quality", decide="median", limit=None, packages=("earlib",)
)


class Ear:
    """A metric of this distribution, or of another, that counts how often it is read."""

    def __init__(self, module: str = "tts_baseline.metrics.signal.ear", value: float | None = 5.0) -> None:
        self.count = 0
        self.value = value

        def read(evidence):
            self.count += 1
            return over_utterances(SPEC, evidence, lambda _: Measured(self.value, "loud"))

        read.__module__ = module
        self.metric = Metric(SPEC, read, "d.")


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    return planted(monkeypatch, Ear())


def planted(monkeypatch: pytest.MonkeyPatch, ear: Ear) -> Ear:
    for module in (scoring, accept):
        monkeypatch.setattr(module, "metrics", lambda: metrics() | {"ear": ear.metric})
    return ear


def remembered(ear: Ear, heard: Utterance, software: dict[str, str], **audio: object) -> Quality:
    """What is accepted: this sound, whose score of the ear is 3 by this software."""
    known = quality(heard)
    case = known.cases["uno"]
    scores = {"ear": Score(value=3.0, by=scored_by(ear.metric, software))}
    return replace(known, cases={"uno": replace(case, audio=replace(case.audio, **audio), scores=scores)})


def read_of(heard: tuple[Utterance, ...], known: Quality, software: dict[str, str] | None = None) -> float:
    now = SOFTWARE if software is None else software
    readings, _ = score([CASE], replicates(), {"uno": heard}, known, {"uno": heard[0]}, now)
    return next(r for r in readings if r.metric == "ear").value


def test_the_same_audio_by_the_same_code_and_libraries_keeps_its_score(ear: Ear) -> None:
    known = remembered(ear, sound(1), SOFTWARE)
    readings, _ = score([CASE], replicates(), {"uno": (sound(1),)}, known, {"uno": sound(1)}, SOFTWARE)
    found = next(r for r in readings if r.metric == "ear")
    assert (found.case, found.value, found.values, ear.count) == ("uno", 3.0, (3.0,), 0)
    assert "as accepted" in found.note  # the run says which readings it did not compute
    assert read_of((sound(1),), known, SOFTWARE | {"other": "8"}) == 3.0


def test_that_nothing_was_measured_is_kept_too(ear: Ear) -> None:
    known = remembered(ear, sound(1), SOFTWARE)
    lost = replace(known.cases["uno"].scores["ear"], value=None, reason="no ear")
    known = replace(known, cases={"uno": replace(known.cases["uno"], scores={"ear": lost})})
    readings, _ = score([CASE], replicates(), {"uno": (sound(1),)}, known, {"uno": sound(1)}, SOFTWARE)
    found = next(r for r in readings if r.metric == "ear")
    assert (found.value, found.values, found.reason, ear.count) == (None, (), "no ear", 0)


@pytest.mark.parametrize(
    "software",
    [
        SOFTWARE | {CODE: "fedcba9876543210"},
        SOFTWARE | {"earlib": "1.1"},
        SOFTWARE | {"numpy": "2.1"},
        {name: version for name, version in SOFTWARE.items() if name != "earlib"},
        {name: version for name, version in SOFTWARE.items() if name != CODE},
        {},
    ],
)
def test_other_code_or_libraries_score_anew(ear: Ear, software: dict[str, str]) -> None:
    assert read_of((sound(1),), remembered(ear, sound(1), SOFTWARE), software) == 5.0
    assert read_of((sound(1),), remembered(ear, sound(1), software), SOFTWARE) == 5.0
    assert ear.count == 2


OTHER_RATE = Utterance(samples=sound(1).samples, sample_rate=8_000)


@pytest.mark.parametrize(
    ("heard", "audio", "text"),
    [
        ((sound(2),), {}, "uno"),
        ((OTHER_RATE,), {}, "uno"),
        ((sound(1), sound(2), sound(3)), {}, "uno"),
        ((sound(1),), {"reproducible": False}, "uno"),
        ((sound(1),), {}, "dos"),
    ],
)
def test_other_audio_or_another_text_is_scored(ear: Ear, heard, audio, text) -> None:
    known = remembered(ear, sound(1), SOFTWARE, **audio)
    request = replace(CASE.request, text=text)
    known = replace(known, cases={"uno": replace(known.cases["uno"], request=request)})
    assert read_of(heard, known) == 5.0


def test_a_metric_of_another_distribution_is_always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ear = planted(monkeypatch, Ear("ear_package.ear"))
    assert scored_by(ear.metric, SOFTWARE) == ""
    assert read_of((sound(1),), remembered(ear, sound(1), SOFTWARE)) == 5.0


def test_a_score_of_an_older_version_says_nothing_of_what_computed_it(ear: Ear) -> None:
    known = quality(sound(1))
    known = replace(known, cases={"uno": replace(known.cases["uno"], scores={"ear": Score(value=3.0)})})
    assert read_of((sound(1),), known, {}) == 5.0


def test_a_rate_that_changed_is_another_sound(ear: Ear) -> None:
    readings, _ = score([CASE], replicates(), {"uno": (OTHER_RATE,)}, quality(sound(1)), {"uno": sound(1)})
    assert next(r for r in readings if r.metric == "snr_golden").value is None


@pytest.mark.parametrize(("accepted", "count"), [(1, 0), (9, 1)])
def test_pesq_is_computed_of_changed_audio_once_and_of_the_same_never(monkeypatch, accepted, count) -> None:
    computed = []
    real = pesq.pesq
    monkeypatch.setattr(pesq, "pesq", lambda *given: computed.append(1) or real(*given))
    score([CASE], replicates(), {"uno": (sound(1),)}, quality(sound(accepted)), {"uno": sound(accepted)})
    assert len(computed) == count


def test_the_code_of_metrics_is_among_the_software_of_a_run_and_changes_with_it(
    monkeypatch, tmp_path
) -> None:
    found = environment.read("cpu").software
    assert found[CODE] == scoring_identity.code()
    for name, source in (("metrics/ear.py", "LOUD = 1"), ("core/sounds.py", "")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    monkeypatch.setattr(scoring_identity, "_PACKAGE", tmp_path)
    digests = [scoring_identity.code.__wrapped__()]
    for name, source in (("metrics/ear.py", "LOUD = 2"), ("core/sounds.py", "x"), ("metrics/ear2.py", "")):
        (tmp_path / name).write_text(source)
        digests.append(scoring_identity.code.__wrapped__())
    assert len(set(digests)) == 4
    (tmp_path / "metrics" / "ear.py").unlink()
    (tmp_path / "metrics" / "ear2.py").unlink()
    assert scoring_identity.code.__wrapped__() == ""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return make_project(tmp_path)


def accepted_by(project: Project, name: str, said, numpy: str, by_db: float = 0.0, **options) -> Score:
    """The accepted level of a case, once a run is accepted whose numpy reads it so much higher."""
    run = measured(project, name, said)
    read = [replace(r, value=r.value + by_db) if r.metric == "level" else r for r in run.readings]
    software = SOFTWARE | {"numpy": numpy}
    run = replace(run, readings=tuple(read), environment=replace(run.environment, software=software))
    folder = pending.save(project.report, run, said)
    baselines.promoted(store_of(project), folder, accepted_at(int(name[1:])), **options)
    scores = store_of(project).load(KEY).quality.cases["hola"].scores
    assert {name for name in scores if not scores[name].by} == {n for n in scores if metrics()[n].spec.golden}
    return scores["level"]


def test_accepting_keeps_what_computed_a_score_and_renews_those_of_the_same_audio(project: Project) -> None:
    level, said = metrics()["level"], voice(1)
    first = accepted_by(project, "r1", said, "2.0")
    assert first.by == scored_by(level, SOFTWARE | {"numpy": "2.0"}) != ""
    assert (
        accepted_by(project, "r2", said, "3.0", 1.0, quality_of=["hola"]) == first
    )  # as a first recording is
    renewed = accepted_by(project, "r3", said, "3.0", 1.0)
    assert renewed.by == scored_by(level, SOFTWARE | {"numpy": "3.0"}) != first.by
    assert renewed.value == pytest.approx(first.value + 1.0)
    assert (
        accepted_by(project, "r4", close_to(said, 70), "4.0", 1.0) == renewed
    )  # equivalent, and not the same
