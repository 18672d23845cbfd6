"""Files that decode and make no sense, and files that are none: each is refused with its place."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from tests.support.baselines import complaint
from tests.support.runs import reading, run
from tests.support.stored import RECORDS, document
from tests.support.tones import RATE, audio, tone
from tts_baseline.baseline import files
from tts_baseline.core import toml
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError, SuiteError
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.records import Quality, Record, Run

Harm = Callable[[Any], object]

HOLA = "calls", "hola"


def put(*path: str | int) -> Callable[[Any], Harm]:
    """Sets what is at this path to a value."""

    def to(value: Any) -> Harm:
        def harm(page: Any) -> None:
            for step in path[:-1]:
                page = page[step]
            page[path[-1]] = value

        return harm

    return to


def heard(case: str = "hola", values: list[float] | None = None) -> dict[str, Any]:
    """How two arms sound of which one has said this."""
    base = {"metric": "level", "case": "hola", "value": 1.0, "values": [1.0, 1.0]}
    head = base | {"case": case, "values": values or [1.0, 2.0]}
    return {"base": [base], "head": [head], "identical": [], "cases": ["hola"]}


def twice(key: str) -> Harm:
    return lambda page: page[key].append(page[key][0])


def renamed(*path: str | int) -> Harm:
    """The key 'hola' in the mapping at this path becomes another."""

    def harm(page: Any) -> None:
        for step in path:
            page = page[step]
        page["adieu"] = page.pop("hola")

    return harm


# The kind of file, what is done to it, and the key that the error names.
DAMAGED: list[tuple[type[Record], Harm, str]] = [
    (Run, put("replicates", 0, *HOLA, "wall_s")([]), r"replicates\[0\].calls\['hola'\].wall_s"),
    (Run, put("replicates", 1, *HOLA, "reference_s", 0)(0), r"calls\['hola'\].reference_s\[0\]"),
    (Run, put("replicates", 0, *HOLA, "wall_s", 0)(1e-300), "wall_s"),
    (Run, put("replicates", 0, *HOLA, "wall_s", 0)(1e300), "wall_s"),
    (Run, put("replicates", 0, *HOLA, "cpu_s", 0)(-0.5), "cpu_s"),
    (Run, put("replicates", 0, *HOLA, "cpu_s")([0.25]), "replicates.0..calls: 'cpu_s' of 'hola'"),
    (Run, put("replicates", 0, *HOLA, "stages")({"model": [1.0]}), "'model' of 'hola'"),
    (Run, put("replicates", 0, *HOLA, "cycles")([1.0] * 3), "'cycles' of 'hola'"),
    (Run, put("replicates", 0, *HOLA, "peak_rss")(-1), "peak_rss"),
    (Run, put("replicates", 0, *HOLA, "work")({"flops": {"mm": 2**63}}), r"flops\['mm'\]"),
    (Run, put("replicates", 0, "cold_start", "first_request_s")(0), "cold_start.first_request_s"),
    (Run, put("replicates", 0, "cold_start", "case")("adieu"), "cold_start: there is no case 'adieu'"),
    (Run, renamed("replicates", 1, "calls"), r"replicates\[1\].calls: there is no case 'adieu'"),
    (Run, lambda page: page["replicates"][2]["calls"].clear(), r"replicates\[2\].calls: the case 'hola'"),
    (Run, put("replicates")([]), "replicates"),
    (Run, put("cases")([]), "cases"),
    (Run, twice("cases"), "cases: 'hola' is there twice"),
    (Run, put("cases", 0, "id")("hola\n"), r"cases\[0\].id"),
    (Run, put("cases", 0, "id")("x" * 201), r"cases\[0\].id"),
    (Run, put("cases", 0, "text")(""), r"cases\[0\].text"),
    (Run, put("cases", 0, "seed")(2**64), r"cases\[0\].seed"),
    (Run, put("cases", 0, "speed")(0), r"cases\[0\].speed"),
    (Run, renamed("audio"), "audio: there is no case 'adieu'"),
    (Run, lambda page: page["audio"].clear(), "audio: the case 'hola' is missing"),
    (Run, put("audio", "hola", "sample_rate")(0), r"audio\['hola'\].sample_rate"),
    (Run, put("audio", "hola", "samples")(2**27), r"audio\['hola'\].samples"),
    (Run, put("audio", "hola", "gain")(5e-324), r"audio\['hola'\].gain"),
    (Run, put("audio", "hola", "sha256")("0" * 63 + "\n"), r"audio\['hola'\].sha256"),
    (Run, twice("readings"), r"readings: \('latency', 'hola'\) is there twice"),
    (Run, put("readings", 0, "case")("adieu"), "readings: there is no case 'adieu'"),
    (Run, put("readings", 0, "case")(None), "readings: latency of the run: it is of no case"),
    (Run, put("readings", 0, "value")(-0.25), "readings: latency of hola: -0.25 is not positive"),
    (Run, put("readings", 0, "value")(1e25), r"readings\[0\].value"),
    (Run, put("readings", 0, "values")([]), "readings: latency of hola: 0 values of 3 processes"),
    (Run, put("readings", 0, "values", 2)(0), "readings: latency of hola: 0 is not positive"),
    (Run, twice("failures"), "failures: 'adios' is there twice"),
    (Run, put("failures", 0, "case")("adieu"), "failures: there is no case 'adieu'"),
    (Run, put("failures")([]), "the case 'adios' is missing"),
    (Run, put("created")("yesterday"), "created: 'yesterday' is no time"),
    (Run, put("created")("2026-02-30T00:00:00+00:00"), "created"),
    (Run, put("acceptance", "at")("2026-01-01T00:00:00"), "acceptance.at"),
    (Run, put("acceptance", "epoch")(2**40), "acceptance.epoch"),
    (Run, put("acceptance", "reason")(""), "acceptance.reason"),
    (Run, put("commit")("--upload-pack=x"), "commit"),
    (Run, put("pipeline")(""), "pipeline"),
    (Quality, put("cases", "hola", "recording")("0"), r"cases\['hola'\].recording"),
    (Quality, put("cases", "adios", "audio", "samples")(-1), r"cases\['adios'\].audio.samples"),
    (Quality, put("cases", "hola", "scores", "duration", "value")(1e25), r"scores\['duration'\].value"),
    (Quality, put("cases", "../evil")({}), "key"),
    (Quality, put("cases", "hola", "run")("../evil"), r"cases\['hola'\].run"),
    (Quality, put("acceptance", "at")(""), "acceptance.at"),
    (Judgement, put("cases")([]), "cases"),
    (Judgement, twice("cases"), "cases: '.*' is there twice"),
    (Judgement, put("seconds")(-1), "seconds"),
    (Judgement, put("lost")([{"case": "hola", "kind": "error", "message": ""}]), "lost: the case 'hola'"),
    (Judgement, put("restarts", 0, "stolen")(7), "stolen"),
    (Judgement, put("restarts", 0, "dropped")(-1), "dropped"),
    (Judgement, renamed("restarts", 0, "orders"), r"restarts\[0\].orders: the case 'hola' is missing"),
    (Judgement, put("restarts", 1, "orders", "hola")("ABBA" * 2), r"restarts\[1\].orders: 'ABBAABBA'"),
    (Judgement, put("sound")(heard(case="adieu")), "sound.head: .*'adieu'"),
    (Judgement, put("sound")(heard(values=[1.0])), "sound: the values of level of 'hola' are no pairs"),
    (Judgement, put("sound")(heard() | {"cases": ["adieu"]}), "sound.cases: .*'adieu'"),
    (Judgement, put("restarts", 1, "orders", "hola")("ABBAX"), r"restarts\[1\].orders: 'ABBAX'"),
    (Judgement, put("restarts", 2, "base", *HOLA, "wall_s")([]), r"restarts\[2\].base.calls\['hola'\]"),
    (Judgement, put("restarts", 2, "head", *HOLA, "cpu_s")([]), r"restarts\[2\].head.calls: 'cpu_s'"),
    (Judgement, put("against", "commit")("main"), "against.commit"),
    (Certificate, put("levels")([]), "levels"),
    (Certificate, lambda page: page["levels"].reverse(), "levels: 0.1, 0 do not rise from 0"),
    (Certificate, lambda page: page["levels"].pop(), "smallest_seen: 0.1 is none of the levels"),
    (Certificate, put("smallest_seen")(0.07), "smallest_seen: 0.07"),
    (Certificate, put("levels", 0, "sessions")(40), "levels: 0 does not count"),
    (Certificate, put("levels", 1, "regressed", "count")(40), "levels: 0.1 does not count"),
    (Certificate, put("levels", 0, "ok", "share")(3), "ok.share"),
    (Certificate, put("trials")([]), "trials"),
    (Certificate, put("trials", 0, "slower")(0.05), "trials: 0.05 is none of the levels"),
    (Certificate, put("latency_s")(0), "latency_s"),
    (Certificate, put("limit")(0), "limit"),
    (Certificate, put("resolution")(-0.1), "resolution"),
    (Certificate, put("cases")([]), "cases"),
    (Certificate, twice("cases"), "cases: 'hola' is there twice"),
    (Certificate, put("created")("2026"), "created"),
]  # fmt: skip


@pytest.mark.parametrize("kind", list(RECORDS))
def test_what_is_whole_comes_back(tmp_path: Path, kind: type[Record]) -> None:
    files.write_record(tmp_path / "a.json", RECORDS[kind])
    assert files.read_record(tmp_path / "a.json", kind) == RECORDS[kind]


@pytest.mark.parametrize(
    ("kind", "harm", "key"),
    DAMAGED,
    ids=lambda part: "" if callable(part) and not isinstance(part, type) else None,
)
def test_what_makes_no_sense_is_refused_at_its_key(
    tmp_path: Path, kind: type[Record], harm: Harm, key: str
) -> None:
    page = document(kind)
    harm(page)
    path = tmp_path / "a.json"
    path.write_bytes(msgspec.json.encode(page))
    error = complaint(files.read_record, path, kind)
    assert error.what.startswith("the file is damaged: ")
    assert re.search(key, error.what), error.what
    assert (error.where, error.hint) == (str(path), f"git checkout -- {path}")


def test_the_damaged_case_is_found_among_thousands(tmp_path: Path) -> None:
    page = document(Quality)
    usual = page["cases"]["hola"]
    page["cases"] = {f"c{number}": usual for number in range(3000)}
    page["cases"]["c2717"] = usual | {"scores": usual["scores"] | {"stoi": {"value": "high"}}}
    (tmp_path / "a.json").write_bytes(msgspec.json.encode(page))
    error = complaint(files.read_record, tmp_path / "a.json", Quality)
    assert "$.cases['c2717'].scores['stoi'].value" in error.what


@pytest.mark.parametrize(
    "harm",
    [
        {"readings": (reading("duration", "hola", float("nan")),)},
        {"readings": (replace(reading("duration", "hola", 1.0), case="adieu"),)},
        {"created": ""},
    ],
)
def test_what_could_not_be_read_is_not_written(tmp_path: Path, harm: dict[str, object]) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(b"old")
    error = complaint(files.write_record, path, replace(run(), **harm))
    assert error.what.startswith("nothing is written that could not be read")
    assert path.read_bytes() == b"old"


# ---- what is no file


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**31)


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "it is a pipe, not a file"),
    "link to a pipe": (lambda path: (os.mkfifo(f"{path}.pipe"), path.symlink_to(f"{path}.pipe")), "a pipe"),
    "socket": (_socket, "it is a socket, not a file"),
    "folder": (Path.mkdir, "it is a folder, not a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "it is a device, not a file"),
    "links in a circle": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "2 GB of nothing": (_sparse, "it is larger than"),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_file_of_ours_is_named_and_not_waited_for(tmp_path: Path, odd: str) -> None:
    make, why = ODD[odd]
    path = tmp_path / "a"
    make(path)
    begun = time.monotonic()
    heard = audio(tone())
    errors = [complaint(files.read_record, path, Run), complaint(files.read_flac, path, heard)]
    with pytest.raises(SuiteError) as caught:
        toml.load(path, SuiteError, "hint")
    for error in (*errors, caught.value):
        assert why in error.what
        assert error.where == str(path)
    assert time.monotonic() - begun < 5


# ---- recordings


def _flac(**changes: object) -> bytes:
    """A recording of the tone, but for some properties of its file."""
    usual = {"format": "FLAC", "subtype": "PCM_24", "samplerate": RATE, "data": tone().samples}
    buffer = files.BytesIO()
    soundfile.write(buffer, **usual | changes)
    return buffer.getvalue()


def _claims(samples: int) -> bytes:
    """A recording whose header says so many samples: the lower 36 bits of its bytes 18 to 25."""
    data = _flac()
    described = int.from_bytes(data[18:26], "big") >> 36 << 36 | samples
    return data[:18] + described.to_bytes(8, "big") + data[26:]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (_claims(2**36 - 1), "samples: 68719476735, not 800"),
        (_claims(801), "samples: 801, not 800"),
        (_flac(samplerate=8_000), "rate in Hz: 8000, not 16000"),
        (_flac(subtype="PCM_16"), "encoding: PCM_16, not PCM_24"),
        (_flac(format="WAV"), "format: WAV, not FLAC"),
        (_flac(data=np.zeros((800, 2))), "channels: 2, not 1"),
        (_flac() + b"\0" * 2**16, "bytes are too many|larger than"),
    ],
)
def test_a_recording_is_what_its_header_says_before_it_is_decoded(
    tmp_path: Path, data: bytes, what: str
) -> None:
    (tmp_path / "a.flac").write_bytes(data)
    error = complaint(files.read_flac, tmp_path / "a.flac", audio(tone()))
    assert isinstance(error, BaselineError)
    assert re.search(what, error.what), error.what
    assert error.where == str(tmp_path / "a.flac")


@pytest.mark.parametrize("length", [1, 4_095, 4_096, 4_097, 65_536])
def test_the_largest_recording_is_no_larger_than_its_bound(tmp_path: Path, length: int) -> None:
    dice = np.random.default_rng(length)
    noise = replace(tone(), samples=dice.uniform(-1, 1, length).astype(np.float32))
    (tmp_path / "a.flac").write_bytes(files.encode_flac(noise))
    assert len(files.read_flac(tmp_path / "a.flac", audio(noise)).samples) == length


def test_a_file_that_is_damaged_in_two_ways_says_the_first(tmp_path: Path) -> None:
    """A score of the wrong kind, and after it bytes that are no UTF-8."""
    stored = document(Quality)
    case = next(iter(stored["cases"]))
    stored["cases"][case]["run"] = 7
    path = tmp_path / "quality.json"
    path.write_bytes(msgspec.json.encode(stored)[:-1] + b',"\xff":1}')
    with pytest.raises(BaselineError, match=r"Expected `str`, got `int`"):
        files.read_record(path, Quality)
