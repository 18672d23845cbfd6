"""`compare` on files of pytest-benchmark, as it writes them and as nobody should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tts_baseline.cli import main

HERE = {"cpu": {"brand_raw": "Abacus 9000", "count": 2}, "node": "somewhere"}


def session(medians: dict[str, float], machine: dict | None = None) -> str:
    each = [{"fullname": name, "stats": {"median": median, "rounds": 5}} for name, median in medians.items()]
    return json.dumps({"machine_info": machine or HERE, "benchmarks": each, "version": "5.2.3"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.tts-baseline]\n", encoding="utf-8")
    (tmp_path / "before.json").write_text(session({"test_a": 0.01, "test_b": 0.02}), encoding="utf-8")
    return tmp_path


def compared(now: str, *words: str) -> int:
    Path("now.json").write_text(now, encoding="utf-8")
    return main(["compare", "before.json", "now.json", *words])


def test_the_same_times_are_no_regression(capsys) -> None:
    assert compared(session({"test_a": 0.01, "test_b": 0.02}, HERE | {"node": "another name"})) == 0
    told = capsys.readouterr().out
    assert "against 1 earlier session; from 4 on their own spread counts" in told
    assert "undecided: 14.1 ms -> 14.1 ms, +0.0%" in told


def test_twice_the_time_is_a_regression(capsys) -> None:
    assert compared(session({"test_a": 0.02, "test_b": 0.04})) == 1
    told = capsys.readouterr().out
    assert "all, geometric mean regressed: 14.1 ms -> 28.3 ms, +100.0%" in told


def test_a_benchmark_that_is_gone_fails_and_json_says_which(capsys) -> None:
    assert compared(session({"test_a": 0.01}), "--json") == 1
    page = json.loads(capsys.readouterr().out)
    assert {each["name"]: each["status"] for each in page["benchmarks"]}["test_b"] == "invalid"


def test_more_earlier_sessions_are_more_knowledge(folder: Path, capsys) -> None:
    for number in range(3):
        (folder / f"{number}.json").write_text(session({"test_a": 0.01, "test_b": 0.02}), encoding="utf-8")
    (folder / "now.json").write_text(session({"test_a": 0.0107, "test_b": 0.0214}), encoding="utf-8")
    assert main(["compare", "before.json", "0.json", "1.json", "2.json", "now.json"]) == 1
    assert "against 4 earlier sessions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("no json", ["not what pytest-benchmark writes", "--benchmark-json"]),
        ('{"kind": "performance"}', ["not what pytest-benchmark writes", "machine_info"]),
        (session({}), ["no benchmark is in it: nothing was measured"]),
        (session({"test_a": 0.0}), ["not what pytest-benchmark writes", "median"]),
        (session({"other": 0.01}), ["no benchmark of now.json is in before.json", "'other'", "'test_a'"]),
        (session({"test_a": 0.01}, {"cpu": {"brand_raw": "Sliderule"}}), ["Sliderule", "not comparable"]),
    ],
)
def test_what_cannot_be_compared_says_why(now: str, words: list[str], capsys) -> None:
    assert compared(now) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["before.json"], "compare before.json"),
        (["before.json", "there-is-none.json"], "cannot be read"),
        (["one", "two"], "two runs are compared by accepting one of them"),
    ],
)
def test_what_is_no_pair_of_sessions_says_what_to_type(names: list[str], words: str, capsys) -> None:
    assert main(["compare", *names]) == 2
    assert words in capsys.readouterr().err
