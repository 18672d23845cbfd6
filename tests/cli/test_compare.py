"""`tts-baseline compare RUN`: a stored run is judged again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.commands import (
    files,
    pending,
)


def test_compare_measures_nothing_and_judges_by_the_baselines_of_now(project: Path, call) -> None:
    before = files(project)
    answer = call("compare", "last")
    assert answer.status == 0
    assert "duration" in answer.out
    assert answer.err == ""
    assert files(project) == before


def test_compare_shows_one_case(project: Path, call) -> None:
    answer = call("compare", "last", "--case", "hola")
    assert answer.status == 0
    assert "cases/hola: duration ok, +0.0%" in answer.out
    assert "adios" not in answer.out
    page = json.loads(call("compare", "last", "--case", "hola", "--json").out)
    assert {v["case"] for v in page["verdicts"]} == {"hola"}


def test_compare_shows_readings_when_asked(project: Path, call) -> None:
    assert "adios" not in call("compare", "last").out
    assert re.search(r"^adios .*500.0 ms", call("compare", "last", "-v").out, re.MULTILINE)


@pytest.mark.parametrize("form", ["id", "beginning", "end", "folder", "file"])
def test_a_run_can_be_named_in_many_ways(project: Path, call, form: str) -> None:
    run = pending(project)[-1]
    name = {
        "id": run,
        "beginning": run[:-1],
        "end": run[-4:],
        "folder": f".tts-baseline/{run}",
        "file": f".tts-baseline/{run}/run.json",
    }[form]
    answer = call("compare", name, "--json")
    assert answer.status == 0, answer.err
    assert json.loads(answer.out)["run"] == run
