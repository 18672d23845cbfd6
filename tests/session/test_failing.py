"""For how many runs a gate has failed, by the pages that earlier runs left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.runs import Maker
from tests.support.verdicts import verdict
from tts_baseline.core.records import Run
from tts_baseline.session.failing import lasting

FAILS = (verdict("latency", "regressed"), verdict("snr", "regressed", "c1"), verdict("memory", "ok"))


@pytest.fixture
def run() -> Run:
    return replace(Maker().run(), id="20261130-120000-aaaa")


def left(report: Path, run: Run, name: str, status: str = "regressed", **other: str) -> None:
    """The folder of an earlier run whose latency had this verdict."""
    page = {"run": name, "pipeline": run.pipeline, "variant": run.variant, "suite": run.suite}
    page |= {"machine": run.environment.key} | other
    page["verdicts"] = [
        {"gate": "latency", "case": None, "status": status},
        {"gate": "memory", "case": None, "status": "regressed"},
    ]
    (report / name).mkdir(parents=True)
    (report / name / "run.json").write_text("{}")
    (report / name / "verdicts.json").write_text(json.dumps(page))


def test_runs_in_a_row_are_counted_back_to_the_last_that_passed(tmp_path: Path, run: Run) -> None:
    left(tmp_path, run, "20261125-120000-aaaa")
    left(tmp_path, run, "20261126-120000-aaaa", "ok")
    for day in (27, 28, 29):
        left(tmp_path, run, f"202611{day}-110000-aaaa")
    left(tmp_path, run, "20261201-120000-aaaa")  # later
    assert lasting(tmp_path, run, FAILS) == ("latency fails in 4 runs in a row, since 2026-11-27 (3 days)",)


def test_what_fails_for_the_first_time_and_what_passes_says_nothing(tmp_path: Path, run: Run) -> None:
    assert lasting(tmp_path, run, FAILS) == ()
    left(tmp_path, run, "20261129-110000-aaaa", "undecided")
    assert lasting(tmp_path, run, FAILS) == ()
    assert lasting(tmp_path, run, (verdict("latency", "ok"),)) == ()


@pytest.mark.parametrize("other", [{"machine": "b"}, {"variant": "cuda"}, {"suite": "x"}, {"pipeline": "y"}])
def test_other_runs_are_passed_over(tmp_path: Path, run: Run, other: dict[str, str]) -> None:
    left(tmp_path, run, "20261130-110000-aaaa", "ok", **other)
    left(tmp_path, run, "20261130-100000-aaaa")
    assert lasting(tmp_path, run, FAILS) == ("latency fails in 2 runs in a row, since 2026-11-30",)


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"run": 3}', b"[" * 100_000])
def test_a_damaged_page_is_passed_over(tmp_path: Path, run: Run, damage: bytes) -> None:
    left(tmp_path, run, "20261130-110000-aaaa")
    (tmp_path / "20261130-110000-aaaa" / "verdicts.json").write_bytes(damage)
    left(tmp_path, run, "20261129-110000-aaaa")
    assert len(lasting(tmp_path, run, FAILS)) == 1


def test_a_run_that_is_named_otherwise_has_no_date(tmp_path: Path, run: Run) -> None:
    left(tmp_path, run, "a run")
    assert lasting(tmp_path, replace(run, id="b run"), FAILS) == ("latency fails in 2 runs in a row",)
