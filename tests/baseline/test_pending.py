from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import complaint, left_pending
from tests.support.runs import reading, run
from tests.support.tones import RATE, sounds, tone
from tts_baseline.baseline import files, pending, recordings
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Case, RecordingFile, Utterance

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12345\n"
IDS = st.from_regex(r"202601[01][0-9]-[0-2]{4}00-[ab]{4}", fullmatch=True)


def folders(report: Path, names: list[str]) -> None:
    for name in names:
        (report / name).mkdir(parents=True)
        (report / name / "run.json").touch()


def test_a_run_comes_back_with_its_recordings(tmp_path: Path) -> None:
    folder = pending.save(tmp_path, run("r1"), sounds())
    assert folder == tmp_path / "r1"
    kept = pending.load(folder)
    assert replace(kept, recordings={}) == run("r1")
    for case, sound in sounds().items():
        data, heard = recordings.read(folder, kept, case)
        assert data == files.encode_flac(sound)
        np.testing.assert_allclose(heard.samples, sound.samples, atol=2**-22)
        assert kept.recordings[case] == RecordingFile(
            sha256=hashlib.sha256(data).hexdigest(), size=len(data), sample_rate=RATE, format="FLAC/PCM_24"
        )
    assert pending.listing(tmp_path) == [folder]


def test_audio_that_no_file_can_hold_is_left_out(tmp_path: Path) -> None:
    spoken = {
        "hola": Utterance(samples=np.array([0.1, np.nan], np.float32), sample_rate=RATE),
        "adios": Utterance(samples=np.zeros(0, np.float32), sample_rate=RATE),
    }
    folder = pending.save(tmp_path, run("r1", spoken), spoken)
    assert list((folder / "audio").iterdir()) == []
    assert pending.load(folder).id == "r1"


def test_pending_runs_are_not_for_the_repository(tmp_path: Path) -> None:
    left_pending(tmp_path / "report", "r1")
    ignore = tmp_path / "report" / ".gitignore"
    assert ignore.read_text() == "*\n"
    ignore.write_text("mine")
    left_pending(tmp_path / "report", "r2")
    assert ignore.read_text() == "mine"


def test_nothing_but_the_run_is_written_into_a_folder_that_was_there(tmp_path: Path) -> None:
    left_pending(tmp_path, "r1")
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


@pytest.mark.parametrize(("umask", "folder", "file"), [(0o077, 0o700, 0o600), (0o022, 0o755, 0o644)])
def test_who_may_read_a_run_is_for_the_umask_to_say(
    tmp_path: Path, umask: int, folder: int, file: int
) -> None:
    before = os.umask(umask)
    try:
        kept = left_pending(tmp_path / "report", "r1")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in kept.rglob("*") if path.is_file()}
    assert modes == {file}
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE((kept / "audio").stat().st_mode) == folder


def test_what_a_killed_run_left_is_swept_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    killed, busy = tmp_path / ".20260101-000000-aaaa.0123abcd", tmp_path / ".20260101-000000-bbbb.0123abcd"
    for partial in (killed, busy):
        (partial / "audio").mkdir(parents=True)
    handle = os.open(busy, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    left_pending(tmp_path, "r1")
    os.close(handle)
    assert {path.name for path in tmp_path.iterdir()} == {"r1", busy.name}


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_run_is_complete_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(files, "encoded", fail)
    with pytest.raises(type(error)):
        left_pending(tmp_path, "r1")
    assert list(tmp_path.iterdir()) == []


def test_half_written_runs_are_not_listed(tmp_path: Path) -> None:
    folders(tmp_path, [".r1.x8c", "r2"])
    assert [path.name for path in pending.listing(tmp_path)] == ["r2"]
    assert complaint(pending.find, tmp_path, "r1").what == "no pending run is called 'r1'"


@settings(deadline=None, max_examples=60)
@given(names=st.lists(IDS, min_size=1, max_size=8, unique=True), data=st.data())
def test_part_of_an_id_finds_the_one_run_that_it_fits(names: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.sampled_from(names))
    size = data.draw(st.integers(1, len(wanted)))
    part = data.draw(st.sampled_from([wanted[:size], wanted[-size:]]))
    fits = {name for name in names if name.startswith(part) or name.endswith(part)}
    with tempfile.TemporaryDirectory() as report:
        folders(Path(report), names)
        assert pending.find(Path(report), wanted).name == wanted
        assert pending.find(Path(report), "last").name == max(names)
        error = complaint(pending.find, Path(report), part)
        if len(fits) == 1:
            assert error is None
            assert pending.find(Path(report), part).name == wanted
        else:
            assert error is not None
            assert f"several pending runs are called {part!r}" in error.what
            assert error.hint.removeprefix("tts-baseline compare ") in fits


def test_a_whole_id_wins_over_longer_ones(tmp_path: Path) -> None:
    folders(tmp_path, ["r1", "r1-from-ci", "copy-r1"])
    assert pending.find(tmp_path, "r1").name == "r1"


@pytest.mark.parametrize(
    ("names", "asked", "hint"),
    [
        ([], "last", "tts-baseline run"),
        ([], "r1", "tts-baseline run"),
        (["a1", "a2"], "b", "tts-baseline compare a2"),
    ],
)
def test_an_unknown_run_says_which_there_are(tmp_path: Path, names: list[str], asked: str, hint: str) -> None:
    folders(tmp_path, names)
    error = complaint(pending.find, tmp_path, asked)
    assert error.what == f"no pending run is called {asked!r}"
    assert error.where == f"{tmp_path} holds: {', '.join(names) or 'none'}"
    assert error.hint == hint


def test_a_path_is_a_run_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = left_pending(tmp_path / "downloads", "r1").rename(tmp_path / "downloads" / "artifact (1)")
    nothing = tmp_path / "report"
    assert pending.find(nothing, str(folder)) == folder
    assert pending.find(nothing, str(folder / "run.json")) == folder
    monkeypatch.chdir(tmp_path)
    assert pending.find(nothing, "downloads/artifact (1)").resolve() == folder
    assert pending.load(folder).id == "r1"


@pytest.mark.parametrize("name", ["../../evil", "/etc/x", "", ".hidden", "a/b", "A", "a b"])
@pytest.mark.parametrize("part", ["id", "key", "case"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, part: str) -> None:
    one = run("r1")
    if part == "id":
        one = replace(one, id=name)
    elif part == "key":
        one = replace(one, environment=replace(one.environment, key=name))
    else:
        one = replace(one, cases=(*one.cases, Case(id=name, text="Hola.")))
    path = tmp_path / "r1" / "run.json"
    error = complaint(files.write_record, path, one)
    assert error.what.startswith("nothing is written that could not be read")
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode(one))
    error = complaint(pending.load, path.parent)
    assert re.search(r"the file is damaged: .*\$\.(id|environment\.key|cases\[2\]\.id)", error.what)
    assert error.where == str(path)


def test_a_case_without_its_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r1" / "run.json"
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode(replace(run("r1"), audio={})))
    assert "audio: the case 'hola' is missing" in complaint(pending.load, path.parent).what


def test_a_failed_case_has_no_audio(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1", failed=["hola"])
    assert pending.load(folder).audio.keys() == {"adios"}


@pytest.mark.parametrize("column", ["readings", "own"])
def test_a_metric_that_is_not_installed_is_named(tmp_path: Path, column: str) -> None:
    folder = left_pending(tmp_path, "r1", **{column: [reading("sparkle", "hola", 1.0)]})
    error = complaint(pending.load, folder)
    assert "not installed here: sparkle" in error.what
    assert "pip install" in error.hint


def test_the_run_is_decoded_strictly(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1")
    path = folder / "run.json"
    path.write_bytes(path.read_bytes().replace(b'"suite"', b'"suit"'))
    with pytest.raises(BaselineError, match="unknown field `suit`") as caught:
        pending.load(folder)
    assert caught.value.where == str(path)


def swap(path: Path) -> None:
    other = path.with_name("adios.flac")
    kept, other_kept = path.read_bytes(), other.read_bytes()
    path.write_bytes(other_kept)
    other.write_bytes(kept)


def as_wav(path: Path) -> None:
    samples, rate = soundfile.read(path)
    soundfile.write(path, samples, rate, format="WAV", subtype="PCM_24")


def resampled(path: Path) -> None:
    samples, _ = soundfile.read(path)
    path.write_bytes(files.encode_flac(Utterance(samples=samples.astype(np.float32), sample_rate=8000)))


def linked(path: Path) -> None:
    path.rename(path.parents[2] / "elsewhere.flac")
    path.symlink_to(path.parents[2] / "elsewhere.flac")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def noise(path: Path) -> None:
    dice = np.random.default_rng(1).uniform(-0.5, 0.5, 800).astype(np.float32)
    path.write_bytes(files.encode_flac(Utterance(samples=dice, sample_rate=RATE)))


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(10**9)


HARM = {
    "removed": (lambda path: path.unlink(), "is missing"),
    "an lfs pointer": (lambda path: path.write_bytes(POINTER), "it is no audio, 82 bytes of "),
    "empty": (lambda path: path.write_bytes(b""), "it is no audio, 0 bytes of "),
    "another length": (lambda path: path.write_bytes(files.encode_flac(tone(length=7))), "was changed"),
    "another of its length": (lambda path: path.write_bytes(files.encode_flac(tone(201))), "was changed"),
    "noise of its length": (noise, "its content was changed, "),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "its content was changed, "),
    "grown": (grown, "its content was changed, more than "),
    "one byte more": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "was changed, more than "),
    "swapped": (swap, "it is that of case 'adios'"),
    "retyped": (as_wav, "it is WAV/PCM_24 at 16000 Hz, not FLAC/PCM_24 at 16000 Hz"),
    "another rate": (resampled, "it is FLAC/PCM_24 at 8000 Hz, not FLAC/PCM_24 at 16000 Hz"),
    "a link": (linked, "cannot be read: it is a link"),
    "a folder": (lambda path: path.unlink() or path.mkdir(), "cannot be read"),
    "a pipe": (a_pipe, "cannot be read"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_recording_that_is_not_the_measured_one_is_named(tmp_path: Path, harm: str) -> None:
    act, what = HARM[harm]
    folder = left_pending(tmp_path, "r1")
    kept = pending.load(folder)
    path = folder / "audio" / "hola.flac"
    act(path)
    error = complaint(recordings.read, folder, kept, "hola")
    assert what in error.what
    assert "case 'hola'" in error.what
    assert error.where == str(path)
    assert error.hint == (
        "download the whole folder of the run, audio/ included; or tts-baseline reject r1, and measure again"
    )


def test_a_run_that_describes_a_recording_wrongly_is_named(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1")
    kept = pending.load(folder)
    wrong = {"hola": replace(kept.recordings["hola"], sample_rate=44_100)}
    error = complaint(recordings.read, folder, replace(kept, recordings=wrong), "hola")
    assert "describes the recording of case 'hola' as FLAC/PCM_24 at 44100 Hz" in error.what


def test_a_run_of_schema_1_has_no_recordings_that_can_be_trusted(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1")
    older = replace(pending.load(folder), version=1, recordings={})
    files.write_record(folder / "run.json", older)
    error = complaint(recordings.read, folder, pending.load(folder), "hola")
    assert "a version that kept no hashes" in error.what
    assert error.hint == "tts-baseline run"


@pytest.mark.parametrize("name", ["run.json", "audio", "audio/hola.flac", "judge.json"])
def test_nothing_is_read_through_a_link_in_a_run(tmp_path: Path, name: str) -> None:
    folder = left_pending(tmp_path / "report", "r1")
    if not (folder / name).exists():
        (folder / name).write_text("{}")
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    error = complaint(pending.load, folder)
    assert "through a link" in error.what
    assert error.where == str(folder / name)
    assert error.hint.startswith("tts-baseline reject r1")


@pytest.mark.parametrize("content", ["{}", "a whole run"])
def test_a_folder_that_is_no_pending_run_is_never_removed(tmp_path: Path, content: str) -> None:
    mine = left_pending(tmp_path / "elsewhere", "r1")
    if content == "{}":
        (mine / "run.json").write_text(content)
    with pytest.raises(BaselineError):
        pending.discard(tmp_path / "report", mine)
    assert (mine / "run.json").exists()


def test_a_damaged_run_is_passed_over_by_last_and_can_be_rejected(tmp_path: Path) -> None:
    sound, damaged, newest = (left_pending(tmp_path, name) for name in ("r1", "r2", "r3"))
    for folder in (damaged, newest):
        (folder / "run.json").write_text("{}")
    assert pending.find(tmp_path, "last") == sound
    assert [*pending.unusable(tmp_path)] == [newest, damaged]
    assert pending.left(tmp_path, "last") == newest
    pending.discard(tmp_path, newest)
    (damaged / "run.json").unlink()
    pending.discard(tmp_path, pending.left(tmp_path, "r2"))
    assert pending.listing(tmp_path) == [sound]
    assert pending.unusable(tmp_path) == {}


def test_last_is_the_newest_where_none_can_be_used(tmp_path: Path) -> None:
    for name in ("r1", "r2"):
        (left_pending(tmp_path, name) / "run.json").write_text("{}")
    assert pending.find(tmp_path, "last") == tmp_path / "r2"


@pytest.mark.parametrize("name", ["..", ".", "", "../elsewhere", "/"])
def test_nothing_beside_the_runs_is_left_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    left_pending(tmp_path / "report", "r1")
    with pytest.raises(BaselineError):
        pending.discard(tmp_path / "report", pending.left(tmp_path / "report", name))
    assert (tmp_path / "elsewhere").exists()


def test_a_discarded_run_is_gone(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1")
    kept = left_pending(tmp_path, "r2")
    pending.discard(tmp_path, folder)
    assert pending.listing(tmp_path) == [kept]
    assert not folder.exists()
    shutil.rmtree(kept)
    assert pending.listing(tmp_path) == []


@pytest.mark.parametrize(
    ("loud", "fault"),
    [
        (1.2, "a peak of 1.20, above full scale (1): return `samples * 0.8`"),
        (20000.0, "a peak of 20000, and full scale is 1: return `samples / 32768`"),
        (float("nan"), "NaN in 1 sample"),
    ],
)
def test_what_no_recording_can_hold_is_no_golden(tmp_path: Path, loud: float, fault: str) -> None:
    spoken = {"hola": Utterance(samples=np.array([0.1, loud, 0.2], np.float32), sample_rate=RATE)}
    one = run("r1", spoken, readings=[reading("structure", "hola", None, fault)])
    folder = pending.save(tmp_path, one, spoken)
    assert not (folder / "audio" / "hola.flac").exists()
    error = complaint(recordings.read, folder, pending.load(folder), "hola")
    assert error.what == f"case 'hola' of run r1 cannot be a golden: {fault}"
    assert error.hint == "tts-baseline reject r1"


def test_a_loud_recording_of_an_earlier_version_is_no_golden(tmp_path: Path) -> None:
    one, spoken = run("r1"), {"hola": tone(level=0.75), "adios": tone()}
    one = pending.load(pending.save(tmp_path, one, spoken))
    scaled = replace(one, audio=one.audio | {"hola": replace(one.audio["hola"], gain=0.625)})
    error = complaint(recordings.read, tmp_path / "r1", scaled, "hola")
    assert "cannot be a golden: a peak of 1.20, above full scale" in error.what


def test_a_removal_that_is_cut_off_leaves_no_half_of_a_run(tmp_path: Path, monkeypatch) -> None:
    kept, gone = left_pending(tmp_path, "r1"), left_pending(tmp_path, "r2")

    def cut(folder: Path) -> None:
        (folder / "run.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", cut)
        with pytest.raises(KeyboardInterrupt):
            pending.discard(tmp_path, gone)
    assert pending.listing(tmp_path) == [kept]
    assert not gone.exists()
    pending.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"r1"}


def test_what_is_written_into_a_run_at_this_moment_is_not_swept(tmp_path: Path) -> None:
    folder = left_pending(tmp_path, "r1")
    (folder / ".report.md.0123abcd").write_text("half")
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    pending.sweep(tmp_path)
    assert (folder / ".report.md.0123abcd").exists()
    os.close(handle)
    pending.sweep(tmp_path)
    assert not (folder / ".report.md.0123abcd").exists()
