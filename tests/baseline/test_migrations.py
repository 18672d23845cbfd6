"""Older layouts are read as they are, and brought up to date by a command, whenever it is cut off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.baselines import golden, left_pending, promoted
from tests.support.runs import KEY, accepted
from tests.support.tones import TEXTS
from tts_baseline.baseline import history
from tts_baseline.baseline.migrations import migrate
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError


def older(store: Store) -> None:
    """The layout of schema 1: goldens named by their case, no history."""
    for case, accepted_case in store.quality().cases.items():
        path = store.golden(case, accepted_case)
        path.rename(path.with_name(f"{case}.flac"))
    shutil.rmtree(store.folder / "history")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "baselines", "voice:synthesize", "cpu")
    promoted(store, left_pending(tmp_path / "report", "r1"))
    older(store)
    return store


def files(store: Store) -> dict[str, bytes]:
    return {str(p.relative_to(store.root)): p.read_bytes() for p in store.root.rglob("*") if p.is_file()}


def test_an_older_layout_is_read(store: Store) -> None:
    assert store.goldens(store.quality()).keys() == TEXTS.keys()
    assert [r.id for r in store.load(KEY).runs] == ["r1"]
    assert golden(store, "hola").name == "hola.flac"


def test_migrating_names_goldens_by_content_and_begins_a_history(store: Store) -> None:
    quality = (store.folder / "quality.json").read_bytes()
    before = store.load(KEY)
    moved = list(migrate(store.root, reason="found"))
    assert [old.name for old, new in moved if old != new] == ["adios.flac", "hola.flac"]
    assert golden(store, "hola").name == f"hola.{store.quality().cases['hola'].recording[:16]}.flac"
    assert (store.folder / "quality.json").read_bytes() == quality
    assert store.load(KEY) == before
    (entry,) = history.entries(store.folder).values()
    assert entry.files.keys() == {"quality.json", f"machines/{KEY}/r1.json"}
    assert entry.parents == ()


def test_migrating_again_changes_nothing(store: Store) -> None:
    list(migrate(store.root, reason="found"))
    before = files(store)
    assert list(migrate(store.root, reason="again")) == []
    assert files(store) == before


def test_cut_off_anywhere_it_can_be_read_and_done_again(store: Store) -> None:
    whole = len(list(migrate(store.root, reason="found")))
    for steps in range(whole):
        shutil.rmtree(store.folder / "history", ignore_errors=True)
        if steps:
            for case, known in store.quality().cases.items():
                path = store.golden(case, known)
                path.rename(path.with_name(f"{case}.flac"))
        under_way = migrate(store.root, reason="found")
        for _ in range(steps):
            next(under_way)
        under_way.close()
        assert store.goldens(store.quality()).keys() == TEXTS.keys()
        list(migrate(store.root, reason="found"))
        assert list(migrate(store.root, reason="again")) == []


def test_accepting_into_an_older_layout_replaces_only_what_changed(store: Store, tmp_path: Path) -> None:
    promoted(store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    names = sorted(path.name for path in (store.folder / "golden").iterdir())
    assert [name.partition(".")[0] for name in names] == ["adios", "hola"]
    assert store.goldens(store.quality()).keys() == TEXTS.keys()
    (entry,) = history.entries(store.folder).values()  # it takes in the run of before
    assert f"machines/{KEY}/r1.json" in entry.files


def test_a_golden_that_is_not_the_accepted_one_is_left_where_it_is(store: Store) -> None:
    (store.folder / "golden" / "hola.flac").write_bytes(b"noise")
    moved = list(migrate(store.root, reason="found"))
    assert [old.name for old, new in moved if old != new] == ["adios.flac"]
    assert (store.folder / "golden" / "hola.flac").read_bytes() == b"noise"


def test_each_of_two_names_gets_its_own_folder(store: Store) -> None:
    other = store.root / "voice-synthesize2"
    store.folder.parent.rename(other)
    list(migrate(store.root, reason="found"))
    assert not other.exists()
    assert [r.id for r in Store(store.root, "voice:synthesize", "cpu").load(KEY).runs] == ["r1"]


def test_what_is_damaged_gets_no_entry(store: Store) -> None:
    path = store.folder / "machines" / KEY / "r1.json"
    path.write_text("{")
    with pytest.raises(BaselineError, match="damaged"):
        list(migrate(store.root, reason="found"))
    assert not history.entries(store.folder)
