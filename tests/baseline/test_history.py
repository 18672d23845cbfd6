"""What is written together is old or new together; each change names the one before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.baselines import complaint, left_pending, promoted
from tests.support.runs import KEY, accepted
from tests.support.tones import TEXTS
from tts_baseline.baseline import audit, history, pending
from tts_baseline.baseline.store import Store
from tts_baseline.core import files


class Cut(BaseException):
    """The end of the process, as far as a test can stand it."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "baselines", "voice:synthesize", "cpu")
    promoted(store, left_pending(tmp_path / "report", "r1"))
    return store


def cut_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """From the count-th change of a folder on, nothing reaches the disk any more."""
    left = iter(range(count))

    def or_cut(real):
        def act(*arguments, **options):
            if next(left, None) is None:
                raise Cut
            return real(*arguments, **options)

        return act

    for name in ("replace", "rename", "unlink", "fsync"):
        monkeypatch.setattr(os, name, or_cut(getattr(os, name)))


def test_cut_off_at_any_change_a_reader_sees_the_old_or_the_new_baseline(tmp_path: Path) -> None:
    seen = []
    for count in range(200):
        root = tmp_path / str(count)
        store = Store(root / "baselines", "voice:synthesize", "cpu")
        promoted(store, left_pending(root / "report", "r1"))
        changed = left_pending(root / "report", "r2", 300.0)
        with pytest.MonkeyPatch.context() as patch:
            cut_at(patch, count)
            try:
                promoted(store, changed, accepted(1))
                done = True
            except Cut:
                done = False
        baseline = store.load(KEY)
        assert store.goldens(baseline.quality).keys() == TEXTS.keys()
        state = ({case.run for case in baseline.quality.cases.values()}, [r.id for r in baseline.runs])
        assert state in (({"r1"}, ["r1"]), ({"r2"}, ["r1", "r2"]))
        promoted(store, left_pending(root / "report", "r3", 400.0), accepted(2))
        assert history.leftovers(store.folder, store.named_goldens()) == []
        seen.append(state[0])
        if done:
            break
    assert seen[0] == {"r1"}
    assert seen[-1] == {"r2"}
    assert len(seen) > 15


def test_each_entry_names_the_one_before(store: Store, tmp_path: Path) -> None:
    for number, pitch in ((2, 300.0), (3, 300.0)):
        promoted(store, left_pending(tmp_path / "report", f"r{number}", pitch), accepted(number))
    known = history.entries(store.folder)
    (newest,) = history.heads(known)
    chain = [known[newest]]
    while chain[-1].parents:
        (parent,) = chain[-1].parents
        chain.append(known[parent])
    assert [sorted(entry.files) for entry in reversed(chain)] == [
        [f"machines/{KEY}/r1.json", "quality.json"],
        [f"machines/{KEY}/r2.json", "quality.json"],
        [f"machines/{KEY}/r3.json"],
    ]
    for path in (store.folder / "history").iterdir():
        assert path.name == history.entry_name(path.read_bytes())


def test_after_a_merge_the_next_entry_names_both_branches(store: Store, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        shutil.copytree(store.root, folder)
    for folder, number in ((mine, 2), (theirs, 3)):
        branch = Store(folder, "voice:synthesize", "cpu")
        promoted(branch, left_pending(tmp_path / "report", f"r{number}"), accepted(number))
        shutil.copytree(folder, store.root, dirs_exist_ok=True)
    assert len(history.heads(history.entries(store.folder))) == 2
    promoted(store, left_pending(tmp_path / "report", "r4"), accepted(4))
    known = history.entries(store.folder)
    (newest,) = history.heads(known)
    assert len(known[newest].parents) == 2
    assert [r.id for r in store.load(KEY).runs] == ["r1", "r2", "r3", "r4"]


def test_what_was_staged_and_not_committed_is_dropped(store: Store, tmp_path: Path) -> None:
    staged = store.folder / ".quality.json.0123abcd"
    staged.write_text("{}")
    before = store.load(KEY)
    assert staged.exists()  # who only reads removes nothing
    promoted(store, left_pending(tmp_path / "report", "r2"), accepted(1))
    assert not staged.exists()
    assert store.load(KEY).quality == before.quality


def test_accepting_what_is_accepted_already_removes_what_was_left(store: Store, tmp_path: Path) -> None:
    for left in (
        store.folder / ".quality.json.0123abcd",
        store.folder / "golden" / "hola.0123456789abcdef.flac",
    ):
        left.write_text("{}")
    assert promoted(store, tmp_path / "report" / "r1", accepted(1)) == ()
    assert history.leftovers(store.folder, store.named_goldens()) == []


def test_a_folder_is_synced_where_its_files_change(store: Store, tmp_path: Path, monkeypatch) -> None:
    synced: list[Path] = []
    real = files.sync_folder
    monkeypatch.setattr(history, "sync_folder", lambda folder: synced.append(folder) or real(folder))
    monkeypatch.setattr(files, "sync_folder", lambda folder: synced.append(folder) or real(folder))
    promoted(store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    assert {folder.name for folder in synced} >= {"golden", "history", KEY, "cpu"}
    assert pending.listing(tmp_path / "report")


def test_what_git_brought_after_a_kill_is_kept_and_the_accept_is_taken_back(
    store: Store, tmp_path: Path
) -> None:
    theirs = shutil.copytree(store.root, tmp_path / "theirs")
    promoted(
        Store(theirs, "voice:synthesize", "cpu"), left_pending(tmp_path / "report", "r2", 300.0), accepted(2)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "finish", lambda folder: None)  # as if it was killed before
        promoted(store, left_pending(tmp_path / "report", "r3", 400.0), accepted(3))
    shutil.copytree(theirs, store.root, dirs_exist_ok=True)
    baseline = store.load(KEY)
    assert {case.run for case in baseline.quality.cases.values()} == {"r2"}
    assert [r.id for r in baseline.runs] == ["r1", "r2"]
    promoted(store, tmp_path / "report" / "r3", accepted(4))
    assert [r.id for r in store.load(KEY).runs] == ["r1", "r2", "r3"]
    (folder,) = audit.folders(store.root)
    assert list(audit.problems(folder)) == []


@pytest.mark.parametrize("name", ["golden", "history", "machines", f"machines/{KEY}", "certificates", ""])
def test_nothing_is_written_or_removed_where_a_link_leads_out(
    store: Store, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "music"
    (store.folder / name).mkdir(exist_ok=True)
    (store.folder / name).rename(mine)
    (mine / "song.flac").write_text("la")
    (store.folder / name).symlink_to(mine)
    before = sorted(mine.rglob("*"))
    error = complaint(promoted, store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    assert "leads out of them" in error.what
    assert error.hint.startswith("rm ")
    assert sorted(mine.rglob("*")) == before


def test_a_file_of_somebody_beside_the_goldens_is_left_alone(store: Store, tmp_path: Path) -> None:
    song = store.folder / "golden" / "My song.flac"
    song.write_text("la")
    promoted(store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    assert song.exists()


@pytest.mark.parametrize("edit", [b"", b" ", b"\n\n"])
def test_what_was_edited_by_hand_is_replaced_by_accepting(store: Store, tmp_path: Path, edit: bytes) -> None:
    path = store.folder / "quality.json"
    path.write_bytes(path.read_bytes().replace(b'"reason": "listened', b'"reason": "heard') + edit)
    promoted(store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    assert {case.run for case in store.quality().cases.values()} == {"r2"}
    assert [r.id for r in store.runs(KEY)] == ["r1", "r2"]


def test_what_was_removed_after_a_kill_is_not_brought_back(store: Store, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "finish", lambda folder: None)  # as if it was killed before
        promoted(store, left_pending(tmp_path / "report", "r2", 300.0), accepted(1))
    (store.folder / "quality.json").unlink()
    assert store.quality() is None
    assert [r.id for r in store.runs(KEY)] == ["r1"]
