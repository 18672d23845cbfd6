"""Certifying the gate of sound: faults in goldens that are really stored, scored by two metrics, judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import quality_of
from tests.support.runs import reading, run
from tests.support.sounds import RATE, clip
from tests.support.tones import sounds
from tts_baseline.baseline import files
from tts_baseline.baseline.audit import folders, problems
from tts_baseline.core.errors import BaselineError, NothingMeasured, SettingsError
from tts_baseline.core.records import Run, Score, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.faults.catalogue import FAULTS, HARMLESS
from tts_baseline.gate import sound_certificate as rules
from tts_baseline.report import sound_certificate
from tts_baseline.report.formats.terminal import footer
from tts_baseline.session import certified, certify_sound, planting
from tts_baseline.session.certify_sound import CertifiedSound, SoundPlan, certify
from tts_baseline.session.measurement import score
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.outcome import outcome_of
from tts_baseline.session.planting import GoldenCase, Planted, heard
from tts_baseline.session.project import Project, open_project

CASES = 6
TABLE = '[tool.tts-baseline]\npipeline = "voice:synthesize"\nsuite = "cases.toml"\n'
HEARD = ("level", "duration")
SOFTER = next(fault for fault in FAULTS if fault.name == "softer")
PAUSE = next(fault for fault in FAULTS if fault.name == "moved pause")
LATER = next(change for change in HARMLESS if change.name == "1 ms later")


def goldens() -> dict[str, Utterance]:
    pieces = np.split(clip()[: CASES * RATE].astype(np.float32), CASES)
    return {f"c{number}": Utterance(samples=wave, sample_rate=RATE) for number, wave in enumerate(pieces)}


@pytest.fixture(scope="module")
def voice() -> dict[str, Utterance]:
    return goldens()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, voice: dict[str, Utterance]) -> Project:
    """Six goldens of a second; a fault that fails, one without a place, and a harmless change."""
    few = {name: metrics()[name] for name in HEARD}
    monkeypatch.setattr(score, "metrics", lambda: few)
    for module, name, value in (
        (certify_sound, "FAULTS", (SOFTER, PAUSE)),
        (certify_sound, "HARMLESS", (LATER,)),
        (certify_sound, "_CHANGES", (None, SOFTER, PAUSE, LATER)),
    ):
        monkeypatch.setattr(module, name, value)
    texts = {case: f"Frase {case}." for case in voice}
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")
    (tmp_path / "cases.toml").write_text(
        "".join(f'[[case]]\nid = "{case}"\ntext = "{text}"\n' for case, text in texts.items())
    )
    (tmp_path / "pyproject.toml").write_text(TABLE)
    opened = open_project(tmp_path, {})
    bare = quality_of({}, texts, voice)
    scored = {
        case.id: {
            reading.metric: Score(value=reading.value, reason=reading.reason)
            for reading in heard((GoldenCase(case, voice[case.id], None), None)).readings[0.0]
        }
        for case in opened.cases
    }
    known = {case: replace(accepted, scores=scored[case]) for case, accepted in bare.cases.items()}
    recordings = {case: files.encode_flac(said) for case, said in voice.items()}
    opened.store("cpu").write(quality=replace(bare, cases=known), goldens=recordings)
    return opened


def certified_sound(project: Project, lines: list[str] | None = None, **plan: object) -> CertifiedSound:
    said = [] if lines is None else lines
    return certify(project, SoundPlan(processes=1, **plan), Progress(said.append, live=False))


def test_faults_are_caught_and_named_and_what_is_harmless_is_not(project: Project) -> None:
    done = certified_sound(project, keep=True)
    one = done.certificate
    middle = {row.extent: row for row in one.faults if row.strength == SOFTER.middle}
    assert {extent: (row.builds, row.caught, row.named) for extent, row in middle.items()} == {
        "all": (1, 1, 1), "quarter": (planting.DRAWS, 8, 8), "one": (CASES, 6, 6)
    }  # fmt: skip
    assert middle["all"].gates == {"level": 1}
    faint, fair = (
        {row.extent: row.caught for row in one.faults if row.strength == strength}
        for strength in SOFTER.strengths[:2]
    )
    assert faint == {"all": 0, "quarter": 0, "one": 0}
    assert fair == {"all": 1, "quarter": 0, "one": 0}  # beyond the limit of 1 dB, and not gross
    assert [(row.change, row.builds, row.alarms) for row in one.harmless] == [("1 ms later", 15, 0)]
    places = {row.strength: row.sentences for row in one.faults if row.fault == PAUSE.name}
    assert places == {0.05: 1, 0.1: 1}  # longer pauses no sentence has
    assert (done.stopped, done.is_interrupted, done.deaf) == ("", False, ())
    assert done.path == project.store("cpu").folder / "certificates" / "sound.json"
    assert project.store("cpu").sound_certificate() == one
    (folder,) = folders(project.baselines)
    assert list(problems(folder)) == []


def test_what_changes_no_sample_of_a_golden_makes_no_build(project: Project, monkeypatch) -> None:
    nothing = replace(LATER, plant=lambda original, *_: original.wave)
    monkeypatch.setattr(certify_sound, "HARMLESS", (nothing,))
    monkeypatch.setattr(certify_sound, "_CHANGES", (None, SOFTER, PAUSE, nothing))
    assert certified_sound(project, keep=True).certificate.harmless == ()


def test_nothing_is_written_unless_that_is_asked_for(project: Project) -> None:
    assert certified_sound(project).path is None
    assert project.store("cpu").sound_certificate() is None


def test_sentences_are_spread_over_the_suite(project: Project) -> None:
    assert certified_sound(project, sentences=4).certificate.cases == ("c0", "c1", "c3", "c4")


def test_a_metric_that_hears_nothing_is_named_with_its_reason() -> None:
    deaf = reading("snr_vad", "c0", None, "no pause")
    assert list(certify_sound._deaf({"c0": (deaf, reading("level", "c0", 1.0)), "c1": (deaf,)})) == [
        "snr_vad hears nothing: no pause"
    ]


# ---- another seed, which the pipeline speaks

SEEDED = """
import numpy as np

from tts_baseline.core.records import Utterance

WAVES = np.load("waves.npy")


class Voice:
    def synthesize(self, request):
        wave = WAVES[int(request.text[-2])]  # the c3 of "Frase c3."
        return Utterance(samples=wave / 4 if request.seed == 2 else wave, sample_rate=16_000)


synthesize = Voice()
"""


@pytest.fixture
def seeded(project: Project, voice: dict[str, Utterance]) -> Project:
    """The project, whose pipeline says its goldens, and is 12 dB softer under seed 2."""
    np.save(project.root / "waves.npy", np.array([said.samples for said in voice.values()]))
    (project.root / "voice.py").write_text(SEEDED)
    return project


def test_another_seed_is_spoken_and_counts_as_harmless(seeded: Project) -> None:
    for seed, alarms in ((1, 0), (2, 15)):
        again = certified_sound(seeded, seed=seed).certificate.harmless[-1]
        assert (again.change, again.builds, again.alarms) == ("another seed", 15, alarms)


def test_a_seed_that_is_none_is_refused(project: Project) -> None:
    with pytest.raises(SettingsError, match="--seed must fit 64 bits"):
        certified_sound(project, seed=2**63)


def test_without_another_seed_its_row_says_so(project: Project) -> None:
    said = sound_certificate.lines(certified_sound(project).certificate)
    assert said[-1] == "  another seed: not measured (--seed N lets the pipeline speak)"


# ---- what ends it early


@pytest.fixture
def stopped_after(monkeypatch: pytest.MonkeyPatch):
    def stop(count: int, error: BaseException) -> None:
        def scored(work, tasks, _processes) -> Iterator[Planted]:
            for number, task in enumerate(tasks):
                if number == count * 4 + 2:  # in the middle of the next one
                    raise error
                yield work(task)

        monkeypatch.setattr(certify_sound, "in_processes", scored)

    return stop


def test_ctrl_c_keeps_the_sentences_that_are_finished(project: Project, stopped_after) -> None:
    stopped_after(5, KeyboardInterrupt())
    done = certified_sound(project, keep=True)
    assert (done.stopped, done.is_interrupted) == ("interrupted after 5 of 6 sentences", True)
    assert project.store("cpu").sound_certificate().cases == ("c0", "c1", "c2", "c3", "c4")


def test_ctrl_c_before_there_are_four_writes_nothing(project: Project, stopped_after) -> None:
    stopped_after(3, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        certified_sound(project, keep=True)
    assert project.store("cpu").sound_certificate() is None


def test_a_budget_ends_it_between_sentences(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(1000))  # each look at the clock takes a second: one before, then one or two a sentence
    monkeypatch.setattr(certify_sound.time, "monotonic", lambda: float(next(now)))
    lines: list[str] = []
    done = certified_sound(project, lines, budget=13.0)
    assert done.stopped == "the budget was used up after 5 of 6 sentences"
    assert any("sentence 5 of 6: c4; about" in line for line in lines)
    with pytest.raises(NothingMeasured, match="a statement needs 4 sentences, and 1 are finished"):
        certified_sound(project, budget=1.0)


def test_it_says_what_it_will_do(project: Project) -> None:
    lines: list[str] = []
    certified_sound(project, lines, sentences=4)
    assert "planting 2 faults and 1 harmless changes in 4 goldens: 12 recordings to score of each" in lines[0]
    assert "sentence 4 of 4: c4\n" in lines[-2]


# ---- what cannot be done


def test_without_goldens_it_says_how_to_get_them(project: Project) -> None:
    (project.store("cpu").folder / "quality.json").unlink()
    with pytest.raises(BaselineError, match="no sound of voice:synthesize is accepted") as caught:
        certified_sound(project)
    assert caught.value.hint == "tts-baseline run --missing record"


def test_goldens_of_other_texts_do_not_count(project: Project) -> None:
    suite = project.root / "cases.toml"
    suite.write_text(
        suite.read_text().replace("Frase c0", "Otra").replace("Frase c1", "Otra").replace("Frase c2", "Otra")
    )
    with pytest.raises(
        BaselineError, match="3 of the chosen cases have a golden of the same text, and 4 are"
    ):
        certified_sound(open_project(project.root, {}))


def test_two_devices_are_not_guessed_between(project: Project) -> None:
    store = project.store("cpu")
    quality = replace(store.quality(), variant="cuda")
    recordings = {case: files.encode_flac(said) for case, said in goldens().items()}
    project.store("cuda").write(quality=quality, goldens=recordings)
    with pytest.raises(SettingsError, match="accepted of two devices"):
        certified_sound(project)
    assert certified_sound(open_project(project.root, {"device": "cpu"})).certificate.variant == "cpu"


def test_too_few_sentences_are_refused(project: Project) -> None:
    with pytest.raises(SettingsError, match="--sentences must be at least 4, not 3"):
        certified_sound(project, sentences=3)


# ---- what is said of it from then on


@pytest.fixture
def kept(project: Project, run_of) -> SoundCertificate:
    return certified_sound(project, keep=True).certificate


@pytest.fixture
def run_of(project: Project) -> Run:
    return run("r1", sounds())


def said_of(project: Project, run: Run) -> str:
    return certified.sound(project, run, project.store("cpu").quality())


def test_a_run_says_it_in_a_line(project: Project, kept: SoundCertificate, run_of: Run) -> None:
    day = kept.created[:10]
    assert said_of(project, run_of) == (
        f"certified {day}: catches 1 of 1 planted faults in one sentence of 6, 0 of 15 harmless builds alarm"
    )


def test_the_line_is_in_what_a_run_prints(project: Project, kept: SoundCertificate, run_of: Run) -> None:
    baseline = project.store("cpu").load(run_of.environment.key)
    outcome = outcome_of(project, project.report / run_of.id, run_of, baseline, None)
    assert f"sound: {said_of(project, run_of)}" in footer(outcome).splitlines()
    assert "sound:" not in footer(replace(outcome, sound=""))


def test_nothing_is_said_without_a_certificate(project: Project, run_of: Run) -> None:
    assert said_of(project, run_of) == ""
    assert certified.sound(project, run_of, None) == ""


@pytest.mark.parametrize("what", ["other goldens", "another limit of level", "version 0.0.9"])
def test_one_that_is_outdated_says_why(
    project: Project, kept: SoundCertificate, run_of: Run, what: str
) -> None:
    store = project.store("cpu")
    if what == "other goldens":
        quality = store.quality()
        changed = replace(quality.cases["c3"], recording="f" * 64)
        assert (
            rules.outdated(kept, replace(quality, cases=quality.cases | {"c3": changed}), kept.limits) == what
        )
        return
    if what.startswith("another"):
        (project.root / "pyproject.toml").write_text(f'{TABLE}limits.level = "2 dB"\n')
        project = open_project(project.root, {})
    else:
        store.write(sound=replace(kept, tool="0.0.9"))
    assert said_of(project, run_of) == (
        f"the certificate of {kept.created[:10]} is of {what} (tts-baseline certify --sound --write)"
    )


def test_a_damaged_one_is_said_and_hides_no_verdict(
    project: Project, kept: SoundCertificate, run_of: Run
) -> None:
    path = project.store("cpu").folder / "certificates" / "sound.json"
    path.write_text(path.read_text().replace('"caught": 1', '"caught": 99'))
    assert "counts more than there are" in said_of(project, run_of)
