from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support import environment
from tests.support.baselines import complaint, quality_of
from tests.support.runs import KEY, accepted, run
from tests.support.tones import audio, sounds, tone
from tts_baseline.baseline import files
from tts_baseline.baseline import store as store_module
from tts_baseline.baseline.store import RING, Store, slug
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Audio, Baseline, Case, Quality, QualityCase, Reading, Score, Utterance

TEXT = st.text(max_size=12)
SOME = st.text(min_size=1, max_size=12)
NUMBERS = st.floats(-1e24, 1e24)
IDS = st.text("abc0_-", min_size=1, max_size=5).map(lambda tail: f"a{tail}")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12345\n"

KILLS = 15  # chosen: each step of a write fails once in test_files.py; these are a net below

# Writes the two states in turn, for ever, in one forked child a line of standard input.
WRITER = """
import os, sys
from pathlib import Path
from tests.support.runs import accepted, run
from tests.support.tones import sounds
from tests.baseline.test_store import accepted_quality, recordings
from tts_baseline.baseline import files
from tts_baseline.baseline.store import Store

store = Store(Path(sys.argv[1]), "voice:synthesize", "cpu")
states = [(accepted_quality(spoken), recordings(spoken)) for spoken in (sounds(200), sounds(300))]
for turn, _ in enumerate(sys.stdin):
    child = os.fork()
    if child == 0:
        count = 0
        while True:
            with files.locked(store.root):
                store.write_quality(*states[count % 2])
                store.write_run(run(f"{turn:04}-{count:06}", acceptance=accepted(count % 60)))
            count += 1
            if count == 2:
                print(os.getpid(), flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


def accepted_quality(spoken: dict[str, Utterance]) -> Quality:
    return quality_of({}, dict.fromkeys(spoken, "Hola."), spoken)


def recordings(spoken: dict[str, Utterance]) -> dict[str, bytes]:
    return {case: files.encode_flac(sound) for case, sound in spoken.items()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "baselines", "voice:synthesize", "cpu")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("espeak", "espeak"),
        ("my_tts.speech:Voice", "my_tts.speech-voice"),
        ("../../etc", "etc"),
        ("cuda+fp16", "cuda-fp16"),
        ("ñandú voz", "and-voz"),
    ],
)
def test_a_slug_names_one_folder(name: str, folder: str) -> None:
    assert slug(name) == folder


@settings(deadline=None)
@given(st.from_regex(r"[a-z_]\w{0,5}(\.\w{1,5}){0,2}:[A-Za-z]\w{0,5}", fullmatch=True))
def test_a_slug_never_leaves_its_folder(name: str) -> None:
    assert slug(name)
    assert not set("/\\:") & set(slug(name))
    assert slug(name)[0] not in ".-"


def test_nothing_accepted_is_an_empty_baseline(store: Store) -> None:
    assert store.load(KEY) == Baseline()
    assert store.goldens(None) == {}


@settings(deadline=None, max_examples=40)
@given(
    case=IDS,
    text=SOME,
    values=st.lists(NUMBERS, max_size=3).map(tuple),
    note=TEXT,
    hardware=st.dictionaries(TEXT, TEXT, max_size=2),
    reason=SOME,
    peak=st.none() | st.integers(0, 2**62),
)
def test_a_run_comes_back_as_it_was(
    case: str, text: str, values: tuple, note: str, hardware: dict, reason: str, peak: int | None
) -> None:
    one = run(
        "r1",
        {case: tone()},
        texts={case: text},
        readings=[Reading(metric="latency", case=case, value=None, values=values, reason=note, note=note)],
        acceptance=accepted(reason=reason),
    )
    calls = replace(one.replicates[0].calls[case], peak_rss=peak, stages={note: (0.5, 0.5)})
    one = replace(
        one,
        environment=replace(one.environment, hardware=hardware),
        replicates=(replace(one.replicates[0], calls={case: calls}, cold_start=None),),
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), "p", "v")
        store.write_run(one)
        assert store.runs(KEY) == (one,)


@settings(deadline=None, max_examples=40)
@given(
    scores=st.dictionaries(
        st.sampled_from(["duration", "snr_vad"]),
        st.builds(Score, value=st.none() | NUMBERS, reason=st.none() | TEXT),
    ),
    text=SOME,
    gain=st.floats(1e-40, 1),
    name=IDS,
)
def test_quality_comes_back_as_it_was(scores: dict[str, Score], text: str, gain: float, name: str) -> None:
    found = QualityCase(
        request=Case(id="a", text=text, style=text).request,
        audio=Audio(sha256="0" * 64, sample_rate=8000, samples=1, gain=gain, reproducible=False),
        recording="0" * 64,
        run=name,
        scores=scores,
    )
    quality = replace(accepted_quality({}), cases={"a": found})
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), "p", "v")
        store.write_quality(quality, {})
        assert store.load(KEY).quality == quality


def test_goldens_come_back_as_what_was_said(store: Store) -> None:
    spoken = sounds()
    store.write_quality(accepted_quality(spoken), recordings(spoken))
    found = store.goldens(store.load(KEY).quality)
    assert found.keys() == spoken.keys()
    for case, sound in spoken.items():
        np.testing.assert_allclose(found[case].samples, sound.samples, atol=2**-22)
        assert found[case].sample_rate == sound.sample_rate


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (lambda path: path.unlink(), "the golden of case 'hola' is missing"),
        (lambda path: path.write_bytes(POINTER), "is not the recording that quality.json accepted"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "is not the recording"),
        (lambda path: path.write_bytes(files.encode_flac(tone(999))), "is not the recording"),
        (lambda path: path.rename(path.with_name("adios.flac")), "'hola' is missing"),
    ],
)
def test_a_golden_that_is_not_the_accepted_one_is_named(store: Store, harm, what: str) -> None:
    spoken = sounds()
    store.write_quality(accepted_quality(spoken), recordings(spoken))
    path = store.folder / "golden" / "hola.flac"
    harm(path)
    with pytest.raises(BaselineError, match=what) as caught:
        store.goldens(store.load(KEY).quality)
    assert caught.value.where == str(path)
    assert caught.value.hint.startswith("git checkout -- ")


def test_an_lfs_pointer_says_how_to_pull(store: Store) -> None:
    store.write_quality(accepted_quality(sounds()), recordings(sounds()))
    (store.folder / "golden" / "hola.flac").write_bytes(POINTER)
    with pytest.raises(BaselineError) as caught:
        store.goldens(store.load(KEY).quality)
    assert "git lfs pull" in caught.value.hint


def test_runs_are_in_the_order_in_which_they_were_accepted(store: Store) -> None:
    for second, id in ((2, "a"), (1, "c"), (1, "b")):
        store.write_run(run(id, acceptance=accepted(second)))
    assert [r.id for r in store.load(KEY).runs] == ["b", "c", "a"]


def test_a_baseline_is_the_last_runs_of_the_current_epoch_and_the_anchor(store: Store) -> None:
    store.write_run(run("first", acceptance=accepted(0, epoch=1, anchor=True)))
    store.write_run(run("old", acceptance=accepted(1, epoch=1)))
    for number in range(RING + 2):
        store.write_run(run(f"n{number:02}", acceptance=accepted(2 + number, epoch=2)))
    baseline = store.load(KEY)
    assert [r.id for r in baseline.runs] == [f"n{number:02}" for number in range(2, RING + 2)]
    assert baseline.anchor.id == "first"
    assert len(store.runs(KEY)) == RING + 4


def test_the_last_anchor_counts(store: Store) -> None:
    for second, id in enumerate(("a", "b", "c")):
        store.write_run(run(id, acceptance=accepted(second, anchor=id != "c")))
    assert store.load(KEY).anchor.id == "b"


def test_machines_do_not_see_each_others_runs(store: Store) -> None:
    store.write_run(run("here", acceptance=accepted()))
    store.write_run(run("there", key="other-4c-9999", acceptance=accepted()))
    baseline = store.load(KEY)
    assert [r.id for r in baseline.runs] == ["here"]
    assert baseline.other_machines == ("other-4c-9999",)
    assert store.load("third").other_machines == (KEY, "other-4c-9999")


def test_of_other_machines_the_run_that_was_accepted_last_is_offered_for_each_suite(store: Store) -> None:
    def keep(name: str, key: str, second: int, suite: str = "cases") -> None:
        store.write_run(replace(run(name, key=key, acceptance=accepted(second)), suite=suite))

    keep("here", KEY, 9)
    keep("b-older", "other-4c-9999", 1)
    keep("a-newer", "other-4c-9999", 2)
    keep("english", "other-4c-9999", 0, suite="en")
    keep("third", "third-8c-1111", 3)
    found = {(r.environment.key, r.suite): r.id for r in store.load(KEY).elsewhere}
    assert found == {
        ("other-4c-9999", "cases"): "a-newer",
        ("other-4c-9999", "en"): "english",
        ("third-8c-1111", "cases"): "third",
    }
    assert {r.id for r in store.load("third-8c-1111").elsewhere} == {"here", "a-newer", "english"}


def test_a_machine_where_nothing_was_finished_is_not_known(store: Store) -> None:
    torn = store.folder / "machines" / "torn-2c-1" / ".r.json.x7d9"
    torn.parent.mkdir(parents=True)
    torn.touch()
    assert store.load(KEY).other_machines == ()


def test_an_accepted_run_never_changes(store: Store) -> None:
    path = store.write_run(run("r1", acceptance=accepted()))
    before = path.read_bytes()
    with pytest.raises(BaselineError, match="run r1 is accepted already") as caught:
        store.write_run(run("r1", seconds=9.0))
    assert caught.value.where == str(path)
    assert path.read_bytes() == before
    assert store.has(run("r1"))
    assert not store.has(run("r2"))


@pytest.mark.parametrize("file", ["quality.json", f"machines/{KEY}/r1.json"])
def test_one_damaged_file_is_named(store: Store, file: str) -> None:
    store.write_quality(accepted_quality(sounds()), recordings(sounds()))
    store.write_run(run("r1", acceptance=accepted()))
    path = store.folder / file
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BaselineError, match="damaged") as caught:
        store.load(KEY)
    assert caught.value.where == str(path)
    assert caught.value.hint == f"git checkout -- {path}"


def test_quality_never_speaks_of_a_golden_that_is_not_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    write = files.write_atomic

    def watched(path: Path, data: bytes) -> None:
        order.append(path.name)
        write(path, data)

    monkeypatch.setattr(files, "write_atomic", watched)
    monkeypatch.setattr(store_module, "write_atomic", watched)
    store.write_quality(accepted_quality(sounds()), recordings(sounds()))
    assert order.index("quality.json") > max(order.index("hola.flac"), order.index("adios.flac"))


def test_writing_is_what_makes_the_schema(store: Store) -> None:
    path = store.root / "schema" / "v2.json"
    store.write_run(run("r1", acceptance=accepted()))
    fresh = path.read_bytes()
    path.write_text("{}")
    store.write_quality(accepted_quality({}), {})
    assert path.read_bytes() == fresh


def test_kill_9_while_writing_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    store = Store(tmp_path, "voice:synthesize", "cpu")
    states = {audio(spoken["hola"]).sha256: spoken for spoken in (sounds(200), sounds(300))}
    dice = random.Random(9)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        for turn in range(KILLS):
            writer.stdin.write("again\n")
            writer.stdin.flush()
            child = int(writer.stdout.readline())
            time.sleep(dice.uniform(0, 0.02))
            os.kill(child, signal.SIGKILL)
            assert writer.stdout.readline() == "gone\n"

            baseline = store.load(KEY)  # whatever was hit, every JSON file is whole
            assert baseline.quality is not None
            assert len([r for r in store.runs(KEY) if r.id.startswith(f"{turn:04}")]) >= 2
            assert baseline.quality.cases["hola"].audio.sha256 in states
            error = complaint(store.goldens, baseline.quality)  # between the goldens and quality.json
            assert error is None or "accept that run again" in error.hint
            for spoken in states.values():
                with files.locked(store.root):  # the lock died with its holder
                    store.write_quality(accepted_quality(spoken), recordings(spoken))
                assert store.goldens(store.load(KEY).quality).keys() == spoken.keys()
        writer.stdin.close()
