"""A pipeline and a variant have a folder of their own, and nobody else's files in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import complaint, left_pending, promoted
from tests.support.runs import KEY, accepted, run
from tts_baseline.baseline import files, pending
from tts_baseline.baseline.identity import Identity, folder_of, own_folder
from tts_baseline.baseline.store import Store, stores
from tts_baseline.core.records import Run

ROOT = Path("baselines")


def folder(pipeline: str, variant: str = "cpu") -> str:
    return str(own_folder(ROOT, Identity(pipeline, variant)).relative_to(ROOT))


@pytest.mark.parametrize(
    ("pipeline", "variant", "name"),
    [
        ("espeak", "cpu", "espeak/cpu"),
        ("voice:synthesize", "cpu", "voice-synthesize/cpu"),
        ("my_tts.speech:voice.factory", "cuda+fp16", "my_tts.speech-voice.factory/cuda-fp16"),
        ("espeak", "cuda+bf16+fp16.studio-2", "espeak/cuda-bf16-fp16.studio-2"),
    ],
)
def test_a_plain_name_is_its_folder(pipeline: str, variant: str, name: str) -> None:
    assert folder(pipeline, variant) == name


TWINS = [
    ("m:Voice", "m:voice"),
    ("m:voice", "m-voice"),
    ("m:voice", "M:VOICE"),
    ("m:voice", "m::voice"),
    ("m:voice", "m:voice "),
    ("m:voice", "m+voice"),
    ("m:ñ", "m:n\u0303"),  # one letter, twice: composed and not
    ("m:ñ", "m:ü"),
    ("ﬁ:a", "fi:a"),
    ("m:" + "a" * 300, "m:" + "a" * 299 + "b"),
    ("m:voice~1", "m:voice-1"),
    ("a:b:c", "a:b.c"),
]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_two_names_have_two_folders_on_any_file_system(one: str, other: str) -> None:
    names = [folder(one), folder(other)]
    assert len({name.casefold() for name in names}) == 2
    assert all(name.isascii() and name == name.lower() for name in names)
    assert all(len(part) < 200 for name in names for part in name.split("/"))


NAMES = st.text(st.sampled_from("abAB01_.:+-~ ñÑ/\\"), min_size=1, max_size=8).filter(
    lambda name: name.strip("-. ")
)


@settings(deadline=None, max_examples=300)
@given(NAMES, NAMES)
def test_a_folder_has_one_name(one: str, other: str) -> None:
    assert (folder(one) == folder(other)) == (one == other)
    assert folder("a", one) != folder("a", other) or one == other
    assert Path(folder(one)).parts[0] not in ("..", ".")
    assert len(Path(folder(one, other)).parts) == 2


@pytest.mark.parametrize("name", ["", ".", "..", "  ", "-", "..."])
def test_a_name_of_nothing_is_refused(tmp_path: Path, name: str) -> None:
    assert "names no pipeline" in complaint(Store, tmp_path, name, "cpu").what
    assert "names no variant" in complaint(Store, tmp_path, "a", name).what


def of(identity: tuple[str, str], one: Run) -> Run:
    return replace(one, pipeline=identity[0], variant=identity[1])


def accept(root: Path, report: Path, identity: tuple[str, str], name: str, pitch: float) -> Store:
    waiting = left_pending(report, name, pitch)
    files.write_record(waiting / "run.json", of(identity, pending.load(waiting)))
    store = Store(root, *identity)
    promoted(store, waiting)
    return store


@pytest.mark.parametrize(("one", "other"), TWINS[:4])
def test_twins_do_not_share_a_baseline(tmp_path: Path, one: str, other: str) -> None:
    first = accept(tmp_path / "b", tmp_path / "r", (one, "cpu"), "r1", 200)
    second = accept(tmp_path / "b", tmp_path / "r", (other, "cpu"), "r2", 300)
    assert [r.id for r in first.load(KEY).runs] == ["r1"]
    assert [r.id for r in second.load(KEY).runs] == ["r2"]
    assert {store.identity.pipeline for store in stores(tmp_path / "b")} == {one, other}


def old_layout(root: Path, identity: tuple[str, str], name: str) -> Path:
    """A folder as an older version named it: m:Voice and m:voice alike."""
    store = Store(root, *identity)
    store.write(run=of(identity, run(name, acceptance=accepted())))
    old = root / "m-voice" / "cpu"
    if store.folder != old:
        old.parent.mkdir(exist_ok=True)
        store.folder.rename(old)
    return old


def test_the_folder_of_an_older_version_is_found_by_what_lies_in_it(tmp_path: Path) -> None:
    old = old_layout(tmp_path, ("m:Voice", "cpu"), "r1")
    assert folder_of(tmp_path, Identity("m:Voice", "cpu")) == old
    assert [r.id for r in Store(tmp_path, "m:Voice", "cpu").load(KEY).runs] == ["r1"]


def test_a_baseline_of_another_pipeline_in_ones_folder_is_named(tmp_path: Path) -> None:
    old = old_layout(tmp_path, ("m:Voice", "cpu"), "r1")
    twin = Store(tmp_path, "m:voice", "cpu")
    error = complaint(twin.load, KEY)
    assert error.what == "this is of 'm:Voice' (cpu), not of 'm:voice' (cpu): two names share one folder"
    assert (error.where, error.hint.split("  ")[0]) == (
        str(old / "machines" / KEY / "r1.json"),
        "tts-baseline migrate",
    )


@pytest.mark.parametrize("file", ["quality.json", "machines", "certificates"])
def test_a_file_of_a_twin_is_never_read_as_ones_own(tmp_path: Path, file: str) -> None:
    mine = accept(tmp_path / "b", tmp_path / "r", ("m:voice", "cpu"), "r1", 200)
    theirs = accept(tmp_path / "b", tmp_path / "r", ("m:Voice", "cpu"), "r2", 300)
    if file == "certificates":
        (mine.folder / file).mkdir()
        (mine.folder / file / f"{KEY}.json").write_text('{"pipeline": "m:Voice", "variant": "cpu"}')
        assert complaint(mine.certificate, KEY) is not None
        return
    for path in theirs.folder.rglob("*.json"):
        if file in str(path):
            (mine.folder / path.relative_to(theirs.folder)).write_bytes(path.read_bytes())
    error = complaint(mine.load, KEY)
    assert error.what.startswith("this is of 'm:Voice' (cpu), not of 'm:voice' (cpu)")


def test_a_run_is_not_written_into_anothers_baseline(tmp_path: Path) -> None:
    error = complaint(promoted, Store(tmp_path / "b", "other", "cpu"), left_pending(tmp_path / "r", "r1"))
    assert error.what.startswith("this is of 'voice:synthesize' (cpu), not of 'other' (cpu)")
    assert not list((tmp_path / "b").glob("*/*/*.json"))


def test_a_damaged_older_folder_is_not_passed_over(tmp_path: Path) -> None:
    old = old_layout(tmp_path, ("m:Voice", "cpu"), "r1")
    (old / "machines" / KEY / "r1.json").write_text("{")
    assert "damaged" in complaint(Store(tmp_path, "m:Voice", "cpu").load, KEY).what
