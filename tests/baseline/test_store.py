from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import golden, quality_of
from tests.support.runs import KEY, accepted, run
from tests.support.tones import sounds, tone
from tts_baseline.baseline import files
from tts_baseline.baseline.store import RING, Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Audio, Baseline, Case, Quality, QualityCase, Reading, Score, Utterance

TEXT = st.text(max_size=12)
SOME = st.text(min_size=1, max_size=12)
NUMBERS = st.floats(-1e24, 1e24)
IDS = st.text("abc0_-", min_size=1, max_size=5).map(lambda tail: f"a{tail}")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12345\n"


def accepted_quality(spoken: dict[str, Utterance]) -> Quality:
    return quality_of({}, dict.fromkeys(spoken, "Hola."), spoken)


def recordings(spoken: dict[str, Utterance]) -> dict[str, bytes]:
    return {case: files.encode_flac(sound) for case, sound in spoken.items()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "baselines", "voice:synthesize", "cpu")


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
        store = Store(Path(folder), "voice:synthesize", "cpu")
        store.write(run=one)
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
        store = Store(Path(folder), "voice:synthesize", "cpu")
        store.write(quality=quality, goldens={})
        assert store.load(KEY).quality == quality


def test_goldens_come_back_as_what_was_said(store: Store) -> None:
    spoken = sounds()
    store.write(quality=accepted_quality(spoken), goldens=recordings(spoken))
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
        (lambda path: path.rename(path.with_name("hola.0123456789abcdef.flac")), "'hola' is missing"),
    ],
)
def test_a_golden_that_is_not_the_accepted_one_is_named(store: Store, harm, what: str) -> None:
    spoken = sounds()
    store.write(quality=accepted_quality(spoken), goldens=recordings(spoken))
    path = golden(store, "hola")
    harm(path)
    with pytest.raises(BaselineError, match=what) as caught:
        store.goldens(store.load(KEY).quality)
    assert caught.value.where == str(path)
    assert caught.value.hint.startswith("git checkout -- ")


def test_an_lfs_pointer_says_how_to_pull(store: Store) -> None:
    store.write(quality=accepted_quality(sounds()), goldens=recordings(sounds()))
    golden(store, "hola").write_bytes(POINTER)
    with pytest.raises(BaselineError) as caught:
        store.goldens(store.load(KEY).quality)
    assert "git lfs pull" in caught.value.hint


def test_runs_are_in_the_order_in_which_they_were_accepted(store: Store) -> None:
    for second, id in ((2, "a"), (1, "c"), (1, "b")):
        store.write(run=run(id, acceptance=accepted(second)))
    assert [r.id for r in store.load(KEY).runs] == ["b", "c", "a"]


def test_a_baseline_is_the_last_runs_of_the_current_epoch_and_the_anchor(store: Store) -> None:
    store.write(run=run("first", acceptance=accepted(0, epoch=1, anchor=True)))
    store.write(run=run("old", acceptance=accepted(1, epoch=1)))
    for number in range(RING + 2):
        store.write(run=run(f"n{number:02}", acceptance=accepted(2 + number, epoch=2)))
    baseline = store.load(KEY)
    assert [r.id for r in baseline.runs] == [f"n{number:02}" for number in range(2, RING + 2)]
    assert baseline.anchor.id == "first"
    assert len(store.runs(KEY)) == RING + 4


def test_the_last_anchor_counts(store: Store) -> None:
    for second, id in enumerate(("a", "b", "c")):
        store.write(run=run(id, acceptance=accepted(second, anchor=id != "c")))
    assert store.load(KEY).anchor.id == "b"


def test_machines_do_not_see_each_others_runs(store: Store) -> None:
    store.write(run=run("here", acceptance=accepted()))
    store.write(run=run("there", key="other-4c-9999", acceptance=accepted()))
    baseline = store.load(KEY)
    assert [r.id for r in baseline.runs] == ["here"]
    assert baseline.other_machines == ("other-4c-9999",)
    assert store.load("third").other_machines == (KEY, "other-4c-9999")


def test_of_other_machines_the_run_that_was_accepted_last_is_offered_for_each_suite(store: Store) -> None:
    def keep(name: str, key: str, second: int, suite: str = "cases") -> None:
        store.write(run=replace(run(name, key=key, acceptance=accepted(second)), suite=suite))

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
    (path,) = store.write(run=run("r1", acceptance=accepted()))
    before = path.read_bytes()
    with pytest.raises(BaselineError, match="run r1 is accepted already") as caught:
        store.write(run=run("r1", seconds=9.0))
    assert caught.value.where == str(path)
    assert path.read_bytes() == before
    assert store.has(run("r1"))
    assert not store.has(run("r2"))


@pytest.mark.parametrize("file", ["quality.json", f"machines/{KEY}/r1.json"])
def test_one_damaged_file_is_named(store: Store, file: str) -> None:
    store.write(quality=accepted_quality(sounds()), goldens=recordings(sounds()))
    store.write(run=run("r1", acceptance=accepted()))
    path = store.folder / file
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BaselineError, match="damaged") as caught:
        store.load(KEY)
    assert caught.value.where == str(path)
    assert caught.value.hint == f"git checkout -- {path}"


def test_writing_is_what_makes_the_schema(store: Store) -> None:
    path = store.root / "schema" / "v2.json"
    store.write(run=run("r1", acceptance=accepted()))
    fresh = path.read_bytes()
    path.write_text("{}")
    store.write(quality=accepted_quality({}), goldens={})
    assert path.read_bytes() == fresh
