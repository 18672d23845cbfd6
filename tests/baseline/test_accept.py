from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support import environment
from tests.support.baselines import complaint, golden, left_pending, promoted
from tests.support.runs import KEY, accepted, reading, run
from tests.support.tones import TEXTS, sounds, tone
from tts_baseline.baseline import accept, files, pending
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import QualityCase, Run, Utterance
from tts_baseline.core.sounds import FULL_SCALE

KILLS = 15  # chosen: each step of a write fails once in test_files.py; these are a net below

# Accepts a new run, of another sound each time, for ever, in one forked child a line of standard input.
ACCEPTER = """
import os, sys
from pathlib import Path
from tests.support.baselines import left_pending, promoted
from tests.support.runs import accepted
from tts_baseline.baseline.store import Store

root = Path(sys.argv[1])
store = Store(root / "baselines", "voice:synthesize", "cpu")
for turn, _ in enumerate(sys.stdin):
    child = os.fork()
    if child == 0:
        for count in range(1_000_000):
            folder = left_pending(root / "report", f"{turn:04}-{count:06}", 200 + 100 * (count % 2))
            promoted(store, folder, accepted(count % 60))
            if count == 1:
                print(os.getpid(), flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""

# Accepts the named runs, one after another, and takes its time between looking and writing.
ACCEPT_SLOWLY = """
import sys, time
from pathlib import Path
from tests.support.baselines import promoted
from tts_baseline.baseline.store import Store

class Slow(Store):
    def load(self, key):
        found = super().load(key)
        time.sleep(0.05)
        return found

root = Path(sys.argv[1])
store = Slow(root / "baselines", "voice:synthesize", "cpu")
print("ready", flush=True)
sys.stdin.read()
for name in sys.argv[2:]:
    promoted(store, root / "report" / name)
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "baselines", "voice:synthesize", "cpu")


def promote(store: Store, folder: Path, second: int = 0, **more) -> tuple[str, ...]:
    """The names of the files that accepting writes."""
    return tuple(path.name for path in promoted(store, folder, accepted(second), **more))


def hashes(store: Store) -> dict[str, str]:
    """What a run that is scored now names as its goldens."""
    return {case: accepted.recording for case, accepted in store.load(KEY).quality.cases.items()}


def test_the_same_samples_are_promoted(store: Store, report: Path) -> None:
    folder = left_pending(report, "r1")
    assert promote(store, folder) == ("quality.json", "r1.json")
    quality = store.load(KEY).quality
    for case in TEXTS:
        data = (folder / "audio" / f"{case}.flac").read_bytes()
        assert golden(store, case).read_bytes() == data
        assert quality.cases[case].recording == hashlib.sha256(data).hexdigest()
        assert quality.cases[case].audio == run().audio[case]
        assert (quality.cases[case].run, quality.cases[case].request.text) == ("r1", TEXTS[case])


def test_the_run_is_kept_as_it_was_with_who_and_why(store: Store, report: Path) -> None:
    own = [reading("snr_golden", "hola", 100.0)]
    promote(store, left_pending(report, "r1", own=own), second=7)
    measured = pending.load(report / "r1")
    expected = replace(measured, own_readings=(), acceptance=accepted(7, epoch=1, anchor=True))
    assert store.runs(KEY) == (expected,)
    assert store.load(KEY).quality.acceptance == accepted(7)


def test_an_unchanged_run_touches_no_golden_and_joins_the_epoch(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    before = {p: p.read_bytes() for p in store.folder.rglob("*") if p.is_file()}
    assert promote(store, left_pending(report, "r2"), second=1) == ("r2.json",)
    assert {p: p.read_bytes() for p in before} == before
    assert [(r.id, r.acceptance.epoch, r.acceptance.anchor) for r in store.runs(KEY)] == [
        ("r1", 1, True),
        ("r2", 1, False),
    ]


def test_a_changed_run_starts_an_epoch(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"), second=1)
    promote(store, left_pending(report, "r2"), second=2, changed=True)
    promote(store, left_pending(report, "r3"), second=3)
    assert [r.acceptance.epoch for r in store.runs(KEY)] == [1, 2, 2]
    assert [r.id for r in store.load(KEY).runs] == ["r2", "r3"]
    assert store.load(KEY).anchor.id == "r1"


def test_the_first_run_of_a_machine_is_its_anchor_until_it_is_reset(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"), second=1)
    promote(store, left_pending(report, "r2", key="other-4c-9999"), second=2)
    promote(store, left_pending(report, "r3"), second=3, reset_anchor=True)
    assert store.load("other-4c-9999").anchor.id == "r2"
    assert store.load(KEY).anchor.id == "r3"


def test_a_first_run_that_is_a_change_is_of_the_first_epoch(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"), changed=True)
    assert store.runs(KEY)[0].acceptance.epoch == 1


def test_only_a_changed_case_gets_another_golden(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    before = golden(store, "hola").read_bytes()
    spoken = sounds() | {"adios": tone(440)}
    promote(store, pending.save(report, run("r2", spoken), spoken))
    cases = store.load(KEY).quality.cases
    assert (cases["hola"].run, cases["adios"].run) == ("r1", "r2")
    assert golden(store, "hola").read_bytes() == before
    assert golden(store, "adios").read_bytes() == files.encode_flac(tone(440))
    assert store.goldens(store.load(KEY).quality).keys() == TEXTS.keys()


@pytest.mark.parametrize(("closeness", "by"), [(60.0, "r1"), (59.9, "r2"), (None, "r2")])
def test_what_sounds_the_same_keeps_its_golden(
    store: Store, report: Path, closeness: float | None, by: str
) -> None:
    promote(store, left_pending(report, "r1"))
    readings = [reading("snr_golden", case, closeness) for case in TEXTS]
    promote(store, left_pending(report, "r2", 201.0, readings=readings, goldens=hashes(store)))
    assert {case.run for case in store.load(KEY).quality.cases.values()} == {by}


def test_a_likeness_to_an_earlier_golden_does_not_count(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    near = [reading("snr_golden", case, 70.0) for case in TEXTS]
    waiting = left_pending(report, "r2", 201.0, readings=near, goldens=hashes(store))
    promote(store, left_pending(report, "r3", 300.0), second=1)
    promote(store, waiting, second=2)
    assert {case.run for case in store.load(KEY).quality.cases.values()} == {"r2"}


def test_another_text_is_another_golden_even_if_it_sounds_the_same(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    promote(store, left_pending(report, "r2", texts=TEXTS | {"hola": "¡Hola!"}))
    cases = store.load(KEY).quality.cases
    assert (cases["hola"].run, cases["hola"].request.text, cases["adios"].run) == ("r2", "¡Hola!", "r1")


def test_cases_that_were_not_in_this_run_stay(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    only = {"adios": tone(700)}
    promote(store, pending.save(report, run("r2", only), only))
    cases = store.load(KEY).quality.cases
    assert {name: case.run for name, case in cases.items()} == {"hola": "r1", "adios": "r2"}
    assert list(cases) == sorted(cases)


def test_scores_against_the_golden_are_those_against_itself(store: Store, report: Path) -> None:
    readings = [
        reading("latency", "hola", 0.25),
        reading("duration", "hola", 0.05),
        reading("stoi", "hola", 0.4),
        reading("snr_vad", "hola", None, "no 100 ms of pause"),
        reading("duration", "adios", 0.07),
    ]
    promote(store, left_pending(report, "r1", readings=readings, own=[reading("stoi", "hola", 1.0)]))
    scores = store.load(KEY).quality.cases["hola"].scores
    assert {name: score.value for name, score in scores.items()} == {
        "duration": 0.05,
        "stoi": 1.0,
        "snr_vad": None,
    }
    assert scores["snr_vad"].reason == "no 100 ms of pause"


def test_what_chance_does_is_kept_where_a_sentence_sounds_different_each_time(
    store: Store, report: Path
) -> None:
    """Of non-golden metrics what every utterance reads, of golden ones what the others read by the first."""
    several = replace(reading("level", "hola", -20.0), values=(-21.0, -20.0, -19.5))
    others = replace(reading("stoi", "hola", 0.95), values=(0.94, 0.96))
    once = reading("pesq_wb", "hola", 4.6)
    promote(store, left_pending(report, "r1", readings=[several], own=[others, once]))
    scores = store.quality().cases["hola"].scores
    assert {name: score.values for name, score in scores.items()} == {
        "level": (-21.0, -20.0, -19.5),
        "stoi": (0.94, 0.96),
        "pesq_wb": (),
    }


def test_what_is_read_out_is_accepted_with_the_sound_or_alone(store: Store, report: Path) -> None:
    def texts(name: str, words: str, **options: object) -> dict[str, tuple[str, ...]]:
        said = sounds()
        read = replace(run(name, said), texts={case: (f"{words} {case}",) for case in said if words})
        promoted(store, pending.save(report, read, said), **options)
        return {case: accepted.texts for case, accepted in store.quality().cases.items()}

    cases = list(TEXTS)
    assert texts("silent", "") == dict.fromkeys(cases, ())
    assert texts("recorded", "uno", quality_of=cases[:1])[cases[0]] == (f"uno {cases[0]}",)
    assert texts("first", "dos") == {case: (f"dos {case}",) for case in cases}
    recording = store.quality().cases[cases[0]].recording
    assert texts("recorded-again", "tres", quality_of=cases) == {case: (f"dos {case}",) for case in cases}
    assert texts("second", "tres") == {case: (f"tres {case}",) for case in cases}
    assert store.quality().cases[cases[0]].recording == recording
    assert texts("mute", "") == dict.fromkeys(cases, ())


def test_parts_can_be_accepted(store: Store, report: Path) -> None:
    folder = left_pending(report, "r1")
    assert promote(store, folder, quality_of=["hola"], machine=False) == ("quality.json",)
    assert store.load(KEY).quality.cases.keys() == {"hola"}
    assert store.runs(KEY) == ()
    assert promote(store, folder, quality_of=[]) == ("r1.json",)
    assert [path.name.partition(".")[0] for path in (store.folder / "golden").iterdir()] == ["hola"]


def test_accepting_again_writes_nothing(store: Store, report: Path) -> None:
    folder = left_pending(report, "r1")
    promote(store, folder)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in store.root.rglob("*") if p.is_file()}
    assert promote(store, folder, second=9, changed=True) == ()
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in store.root.rglob("*") if p.is_file()} == before


def test_an_accepted_run_cannot_become_the_anchor_later(store: Store, report: Path) -> None:
    folder = left_pending(report, "r1")
    promote(store, folder)
    error = complaint(lambda: promote(store, folder, reset_anchor=True))
    assert error.what == "run r1 is accepted already"
    assert error.hint


@pytest.mark.parametrize("data", [b"version https://git-lfs.github.com/spec/v1\n", None])
def test_accepting_again_mends_a_golden(store: Store, report: Path, data: bytes | None) -> None:
    folder = left_pending(report, "r1")
    promote(store, folder)
    whole = golden(store, "hola").read_bytes()
    golden(store, "hola").unlink() if data is None else golden(store, "hola").write_bytes(data)
    assert promote(store, folder) == ("quality.json",)
    assert golden(store, "hola").read_bytes() == whole
    assert store.goldens(store.load(KEY).quality).keys() == TEXTS.keys()


def test_going_back_to_an_accepted_run_brings_its_sound_back(store: Store, report: Path) -> None:
    old = left_pending(report, "r1")
    promote(store, old)
    promote(store, left_pending(report, "r2", 300.0))
    assert promote(store, old) == ("quality.json",)
    assert golden(store, "hola").read_bytes() == (old / "audio" / "hola.flac").read_bytes()


def test_a_run_with_failures_is_refused(store: Store, report: Path) -> None:
    with pytest.raises(BaselineError, match="run r1 has 1 cases that could not be measured: hola") as caught:
        promote(store, left_pending(report, "r1", failed=["hola"]))
    assert caught.value.hint == "tts-baseline reject r1"
    assert not store.root.exists()


@pytest.mark.parametrize("data", [b"version https://git-lfs.github.com/spec/v1\n", None])
def test_without_all_recordings_nothing_is_accepted(store: Store, report: Path, data: bytes | None) -> None:
    folder = left_pending(report, "r1")
    path = folder / "audio" / "hola.flac"
    path.unlink() if data is None else path.write_bytes(data)
    error = complaint(lambda: promote(store, folder))
    assert error.where == str(path)
    assert error.hint.startswith("download the whole folder of the run, audio/ included; or tts-baseline rej")
    assert not store.root.exists()


@pytest.mark.parametrize("file", ["quality.json", f"machines/{KEY}/r1.json"])
def test_a_damaged_baseline_is_not_written_over(store: Store, report: Path, file: str) -> None:
    promote(store, left_pending(report, "r1"))
    path = store.folder / file
    path.write_bytes(path.read_bytes()[:50])
    error = complaint(lambda: promote(store, left_pending(report, "r2", 300.0)))
    assert "damaged" in error.what
    assert (error.where, error.hint) == (str(path), f"git checkout -- {path}")
    assert len(path.read_bytes()) == 50


def test_sameness_needs_the_same_request(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    known = store.load(KEY).quality.cases["hola"]

    def is_same(measured: Run, accepted: QualityCase | None) -> bool:
        return accept.is_same_sound(measured, measured.cases[0], {}, accepted)

    assert is_same(run(), known)
    assert not is_same(run(texts=TEXTS | {"hola": "Holá."}), known)
    assert not is_same(run(spoken={"hola": tone(1)}), known)
    assert not is_same(run(), None)


@pytest.mark.parametrize("peak", [1.0, FULL_SCALE])
def test_samples_at_full_scale_are_accepted_as_said(store: Store, report: Path, peak: float) -> None:
    samples = np.array([0.5, peak, -peak, 0.25], np.float32)
    loud = {"hola": Utterance(samples=samples, sample_rate=16_000)}
    promote(store, pending.save(report, run("r1", loud), loud))
    found = store.goldens(store.load(KEY).quality)["hola"]
    assert abs(found.samples - samples).max() <= FULL_SCALE - 1 + 2**-22


def test_samples_above_full_scale_are_never_a_golden(store: Store, report: Path) -> None:
    loud = {"hola": Utterance(samples=tone().samples * 8, sample_rate=16_000)}
    fault = [reading("structure", "hola", None, "a peak of 4.00")]
    folder = pending.save(report, run("r1", loud, readings=fault), loud)
    assert "a peak of 4.00" in complaint(lambda: promote(store, folder)).what
    assert not store.root.exists() or not list(store.root.rglob("*.flac"))


def test_a_sound_that_no_golden_can_be_compared_with_is_a_golden(store: Store, report: Path) -> None:
    whispered = [reading("contour", "hola", None, "less than 0.1 s of voice")]
    folder = pending.save(report, run("r1", {"hola": tone()}, readings=whispered), {"hola": tone()})
    promote(store, folder)
    assert "hola" in store.goldens(store.load(KEY).quality)


def test_two_processes_accept_at_the_same_time(store: Store, report: Path) -> None:
    shares = [[f"{one}{number}" for number in range(4)] for one in "ab"]
    names = {*shares[0], *shares[1]}
    for name in names:  # a run of one case, which has the run's name
        spoken = {name: tone()}
        pending.save(report, run(name, spoken, texts={name: name}), spoken)
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", ACCEPT_SLOWLY, str(report.parent), *share],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for share in shares
    ]
    for process in crowd:
        assert process.stdout.readline() == b"ready\n"
    for process in crowd:
        process.stdin.close()
    assert [process.wait() for process in crowd] == [0, 0]
    for process in crowd:
        process.stdout.close()
    assert {r.id for r in store.runs(KEY)} == names
    assert sum(r.acceptance.anchor for r in store.runs(KEY)) == 1
    assert store.goldens(store.load(KEY).quality).keys() == names


def test_kill_9_while_accepting_leaves_what_accepting_again_mends(store: Store, report: Path) -> None:
    dice = random.Random(9)
    root = str(report.parent)
    with subprocess.Popen(
        [sys.executable, "-c", ACCEPTER, root],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as accepter:
        for _ in range(KILLS):
            accepter.stdin.write("again\n")
            accepter.stdin.flush()
            child = int(accepter.stdout.readline())
            time.sleep(dice.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert accepter.stdout.readline() == "gone\n"

            whole = [pending.load(folder) for folder in pending.listing(report)]  # no half run is listed
            baseline = store.load(KEY)  # no truncated JSON
            assert {r.id for r in store.runs(KEY)} <= {r.id for r in whole}
            assert store.goldens(baseline.quality).keys() in (TEXTS.keys(), set())  # old or new
            promote(store, report / whole[-1].id, second=59)
            assert store.goldens(store.load(KEY).quality).keys() == TEXTS.keys()
            assert store.has(whole[-1])
            for folder in pending.listing(report):
                pending.discard(folder.parent, folder)
            for run_file in store.folder.glob("machines/*/*.json"):
                run_file.unlink()
        accepter.stdin.close()


def test_what_git_brings_while_a_run_is_accepted_is_not_written_over(
    store: Store, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(store, left_pending(report, "r1"))
    theirs = left_pending(report, "r2", 300.0)
    mine = left_pending(report, "r3", 400.0)
    sounds_alike = accept.is_same_sound

    def pulled(*arguments: object) -> bool:
        monkeypatch.setattr(accept, "is_same_sound", sounds_alike)
        promote(store, theirs, second=1)  # as git does: without the lock
        return sounds_alike(*arguments)

    monkeypatch.setattr(accept, "is_same_sound", pulled)
    error = complaint(lambda: promote(store, mine, second=2))
    assert error.what.startswith("the baselines were changed while they were written")
    assert {case.run for case in store.load(KEY).quality.cases.values()} == {"r2"}
    assert promote(store, mine, second=3)


def test_who_accepts_takes_on_the_limits_and_who_records_does_not(store: Store, report: Path) -> None:
    promote(store, left_pending(report, "r1"))
    wider = replace(accepted(1), limits={"snr": "9 dB"})
    elsewhere = left_pending(report, "r2", key="other-4c-9999")
    promoted(store, elsewhere, wider, quality_of=[])
    assert store.quality().acceptance.limits == {}
    promoted(store, elsewhere, wider)
    assert store.quality().acceptance.limits == {"snr": "9 dB"}
