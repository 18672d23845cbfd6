from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support import REPOSITORY
from tests.support.baselines import complaint
from tests.support.runs import run
from tests.support.tones import RATE, audio, tone
from tts_baseline.baseline import files
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import SCHEMA_VERSION, Run, Utterance
from tts_baseline.core.sounds import FULL_SCALE

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12345\n"
WHOLE = msgspec.json.encode(run())

COUNTER = """
import sys, time
from pathlib import Path
from tts_baseline.baseline import files

folder, counter = Path(sys.argv[1]), Path(sys.argv[1]) / "count"
for _ in range(20):
    with files.locked(folder):
        count = int(counter.read_text())
        time.sleep(0.002)
        counter.write_text(str(count + 1))
"""


def refusal(path: Path, data: bytes) -> BaselineError:
    path.write_bytes(data)
    with pytest.raises(BaselineError) as caught:
        files.read_record(path, Run)
    return caught.value


def with_changed(**changes: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(WHOLE) | changes)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    files.write_record(tmp_path / "a" / "run.json", run())
    assert files.read_record(tmp_path / "a" / "run.json", Run) == run()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (with_changed(surprise=1), "unknown field `surprise`"),
        (with_changed(dirty="yes"), r"Expected `bool`, got `str` - at `\$.dirty`"),
        (with_changed(cases=[{"id": "a"}]), "missing required field `text`"),
        (with_changed(environment=None), "Expected `object`, got `null`"),
        (with_changed(schema="1"), "Expected `int`, got `str`"),
        (with_changed(schema=0), "there is no schema 0"),
        (WHOLE.replace(b'"schema":2,', b""), "missing required field `schema`"),
        (b"", "truncated"),
        (POINTER, "malformed"),
        (WHOLE.replace(b"Hola", b"Hol\xff"), "damaged"),
        (b'{"schema": 1, "cases": ' + b"[" * 100_000, "damaged"),
        (WHOLE + WHOLE, "trailing"),
    ],
)
def test_a_damaged_file_is_named_with_the_command_that_brings_it_back(
    tmp_path: Path, data: bytes, what: str
) -> None:
    path = tmp_path / "run.json"
    error = refusal(path, data)
    assert error.what.startswith("the file is damaged")
    assert re.search(what, error.what)
    assert error.where == str(path)
    assert error.hint == f"git checkout -- {path}"


def test_a_newer_schema_asks_for_a_newer_version_before_anything_else(tmp_path: Path) -> None:
    error = refusal(tmp_path / "run.json", with_changed(schema=SCHEMA_VERSION + 1, surprise=1))
    assert (
        error.what == f"written with schema {SCHEMA_VERSION + 1}, this version reads up to {SCHEMA_VERSION}"
    )
    assert error.hint == "pip install --upgrade pytest-tts-baseline"


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_no_file_is_an_error_of_ours(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "run.json"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(BaselineError, match="missing|damaged") as caught:
        files.read_record(path, Run)
    assert (caught.value.where, caught.value.hint) == (str(path), f"git checkout -- {path}")


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_no_part_of_a_file_passes_for_the_whole(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert "damaged" in refusal(Path(folder) / "run.json", WHOLE[:size]).what


@settings(deadline=None, max_examples=300)
@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_gives_a_run_or_an_error_of_ours(place: int, byte: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        path.write_bytes(WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :])
        error = complaint(files.read_record, path, Run)
        assert error is None or (error.where, bool(error.hint)) == (str(path), True)


def test_writing_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "quality.json"
    files.write_atomic(path, b"old")
    files.write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["quality.json"]


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
def test_who_may_read_a_file_is_for_the_umask_to_say(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.write_atomic(tmp_path / ("q" * 255), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / ("q" * 255)).stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk full"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    path = tmp_path / "quality.json"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(failing, fail)
        with pytest.raises(type(error)):
            files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@settings(deadline=None, max_examples=60)
@given(
    rate=st.integers(4_000, 192_000),
    length=st.integers(1, 5_000),
    level=st.floats(2**-12, FULL_SCALE, width=32),
    seed=st.integers(0, 99),
)
def test_a_recording_is_the_utterance_but_for_24_bits(
    rate: int, length: int, level: float, seed: int
) -> None:
    samples = np.random.default_rng(seed).uniform(-level, level, length).astype(np.float32)
    said = Utterance(samples=samples, sample_rate=rate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.flac"
        path.write_bytes(files.encode_flac(said))
        heard = files.read_flac(path, audio(said))
    assert heard.sample_rate == rate
    assert heard.samples.dtype == np.float32
    np.testing.assert_allclose(heard.samples, samples.clip(-1, 1), rtol=0, atol=2**-22)


@pytest.mark.parametrize("rate", [65_535, 65_536, 65_537, 88_200, 96_001, 191_999, 192_000])
def test_every_rate_that_a_pipeline_may_have_can_be_kept(tmp_path: Path, rate: int) -> None:
    said = Utterance(samples=tone().samples, sample_rate=rate)
    (tmp_path / "a.flac").write_bytes(files.encode_flac(said))
    assert files.read_flac(tmp_path / "a.flac", audio(said)).sample_rate == rate


def test_a_recording_that_an_earlier_version_scaled_is_read_as_it_was(tmp_path: Path) -> None:
    said = tone()
    (tmp_path / "a.flac").write_bytes(files.encode_flac(said))
    heard = files.read_flac(tmp_path / "a.flac", replace(audio(said), gain=0.5))
    np.testing.assert_allclose(heard.samples, 2 * said.samples, rtol=0, atol=2**-21)


def test_a_recording_is_24_bit_flac(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(files.encode_flac(tone()))
    info = soundfile.info(tmp_path / "a.flac")
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("FLAC", "PCM_24", 1, RATE)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (POINTER, "cannot be read"),
        (files.encode_flac(tone())[:100], "cannot be read|holds 0 samples"),
        (b"", "cannot be read"),
        (files.encode_flac(tone(length=799)), "samples: 799, not 800"),
        (None, "cannot be read"),
    ],
)
def test_what_is_not_the_recording_is_named(tmp_path: Path, data: bytes | None, what: str) -> None:
    path = tmp_path / "a.flac"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BaselineError, match=what) as caught:
        files.read_flac(path, audio(tone()))
    assert (caught.value.where, caught.value.hint) == (str(path), f"git checkout -- {path}")


def test_a_recording_of_two_channels_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.zeros((800, 2)), RATE, subtype="PCM_24")
    with pytest.raises(BaselineError, match="channels: 2, not 1"):
        files.read_flac(path, audio(tone()))


def test_only_one_process_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    crowd = [subprocess.Popen([sys.executable, "-c", COUNTER, str(tmp_path)]) for _ in range(3)]
    assert [process.wait() for process in crowd] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "60"
    assert os.listdir(tmp_path) == ["count"]  # noqa: PTH208 - the lock is not in the repository


def test_a_link_that_is_planted_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    lock = files.lock_path(tmp_path)
    lock.symlink_to(tmp_path / "theirs")
    try:
        with pytest.raises(OSError, match="symbolic links"), files.locked(tmp_path):
            pass
    finally:
        lock.unlink()
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_the_oldest_filelock_that_is_allowed_follows_no_planted_link() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (least,) = [name.partition(">=")[2] for name in project["dependencies"] if name.startswith("filelock")]
    assert tuple(map(int, least.split("."))) >= (3, 20, 1)
