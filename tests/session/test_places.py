"""Whatever a run will write to is tried before it measures, and what was measured is kept somewhere."""

from __future__ import annotations

import shutil
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

from tests.support.commands import new_project
from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.measure import lock
from tts_baseline.session import doctor, places
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import Project, open_project

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return new_project(tmp_path / "project")


def opened(root: Path, **chosen: object) -> Project:
    return open_project(root, {"missing": "record", **chosen})


def refuse(monkeypatch: pytest.MonkeyPatch, denied: Path, error: OSError) -> None:
    """Writing into one folder fails, as it would for another user, on a full disk or a read-only mount."""
    write = tempfile.TemporaryFile

    def writing(*words: object, dir: Path):  # noqa: A002 - the library's name
        if Path(dir) == denied:
            raise error
        return write(*words, dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", writing)


def test_a_look_leaves_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    places.check(places.of_run(opened(root)))
    places.check(places.of_comparison(opened(root)))
    places.check(places.of_certificate(opened(root)))
    assert sorted(root.rglob("*")) == before
    assert not list(Path(tempfile.gettempdir()).iterdir())


@pytest.mark.parametrize("option", ["report", "dir"])
@pytest.mark.parametrize(
    ("named", "what"),
    [("voice.py", "Not a directory"), ("voice.py/runs", "Not a directory"), ("gone", "No such file")],
)
def test_what_is_in_the_way_of_a_folder_is_named(root: Path, option: str, named: str, what: str) -> None:
    (root / "gone").symlink_to("nowhere")
    with pytest.raises(BaselineError, match=what) as caught:
        places.check(places.of_run(opened(root, **{option: named})))
    assert caught.value.where == str(root / named)
    assert f"--{option} DIR" in caught.value.hint


@pytest.mark.parametrize(
    "error",
    [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system"), OSError(28, "full")],
)
@pytest.mark.parametrize("below", ["", "voice-synthesize", "voice-synthesize/cpu/golden", "schema"])
def test_every_folder_of_the_baselines_is_tried(root: Path, monkeypatch, below: str, error: OSError) -> None:
    folder = root / "baselines" / below
    folder.mkdir(parents=True)
    refuse(monkeypatch, folder, error)
    with pytest.raises(BaselineError, match=f"folder of baselines cannot be written: {error.strerror}"):
        places.check(places.of_run(opened(root)))
    places.check(places.of_run(opened(root, missing="fail")))  # nothing is recorded there
    places.check(places.of_comparison(opened(root)))
    with pytest.raises(BaselineError):
        places.check(places.of_certificate(opened(root, missing="fail")))


def test_a_folder_that_is_new_is_tried_where_it_will_be_made(root: Path, monkeypatch) -> None:
    refuse(monkeypatch, root, PermissionError(13, "Permission denied"))
    with pytest.raises(BaselineError, match="folder of runs cannot be written: Permission denied"):
        places.check(places.of_run(opened(root, report="new/runs")))


def test_a_disk_without_room_for_the_run_is_full(root: Path, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**30, 2**30, 2**20))
    with pytest.raises(BaselineError, match="folder of runs cannot be written: No space left on device"):
        places.check(places.of_run(opened(root)))


def test_there_is_room_for_each_recording_and_for_its_golden_beside_it(root: Path, monkeypatch) -> None:
    project = opened(root)
    recordings = 2 * len(project.chosen) * 2**18
    free = {"bytes": 2**22 + recordings}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**30, 2**30, free["bytes"]))
    places.check(places.of_run(project))
    free["bytes"] -= 1
    with pytest.raises(BaselineError, match="No space left on device"):
        places.check(places.of_run(project))


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_in_the_way_of_a_lock_is_named(root: Path, kind: str) -> None:
    for path in (lock.path(), files.lock_path(root / "baselines")):
        path.mkdir() if kind == "folder" else path.symlink_to(root / "voice.py")
        with pytest.raises(BaselineError, match=f"{path} is in the way of a lock") as caught:
            places.check(places.of_run(opened(root)))
        assert "export TMPDIR=DIR" in caught.value.hint
        path.rmdir() if kind == "folder" else path.unlink()


def test_doctor_looks_with_the_same_eyes(root: Path, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "_spoken", lambda _: ("cpu", []))
    (root / "baselines" / "voice-synthesize" / "cpu").mkdir(parents=True)
    refuse(monkeypatch, root / "baselines/voice-synthesize/cpu", PermissionError(13, "Permission denied"))
    found = {finding.what: finding for finding in doctor.examine(opened(root, report="voice.py"))}
    assert "Not a directory" in found["runs"].found
    assert "Permission denied" in found["baselines"].found
    assert not found["runs"].fine
    assert not found["baselines"].fine
    assert found["baselines"].next.startswith("--dir DIR")
    assert found["temporary files"].fine


def test_what_cannot_be_kept_where_it_should_is_kept_elsewhere(root: Path) -> None:
    said: list[str] = []

    def write(report: Path) -> Path:
        if report == root / ".tts-baseline":
            raise OSError(28, "No space left on device")
        return report / "run"

    folder = places.kept(opened(root), write, Progress(said.append, live=False))
    assert folder.is_relative_to(tempfile.gettempdir())
    assert folder.parent.stat().st_mode & 0o077 == 0
    assert f"{root / '.tts-baseline'} cannot be written (No space left on device)" in said[0]
    assert f"kept in {folder}," in said[0]
