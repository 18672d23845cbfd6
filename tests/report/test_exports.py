"""What other programs are given of a run: read back by their own code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.calls import calls, replicate
from tests.support.runs import reading, run
from tests.support.verdicts import outcome, verdict
from tts_baseline.core.records import Run
from tts_baseline.report.format import View
from tts_baseline.report.formats import openmetrics, pytest_benchmark

VERDICTS = (
    verdict("latency", "regressed", baseline=0.2, current=0.3, change=0.5, limit=0.05),
    verdict("latency", "regressed", "hola", change=0.4, limit=0.05),
    verdict("level", "ok", change=0.25, limit=1.0),
    verdict("level", "ok", change=0.25, limit=1.0),  # a label set may be there once
)


def spoken(**fields: object) -> Run:
    read = [reading("latency", "hola", 0.2), reading("latency", "adios", 0.8), reading("level", "hola", -9.0)]
    return replace(run(readings=read), **fields)


def gauges(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """By family, the values by case, gate and the rest of the labels; by prometheus_client's own parser."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            about = {name: sample.labels.pop(name) for name in ("pipeline", "variant", "suite")}
            assert about == {"pipeline": spoken().pipeline, "variant": "cpu", "suite": "cases"}
            found.setdefault(family.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_openmetrics_has_values_by_case_and_for_the_suite_and_verdicts() -> None:
    found = gauges(openmetrics.render(outcome(spoken(), VERDICTS), View()))
    assert found["tts_baseline_latency_seconds"] == {
        ("hola",): 0.2, ("adios",): 0.8, ("",): pytest.approx(0.4),
    }  # fmt: skip
    assert found["tts_baseline_level_decibels"] == {("hola",): -9.0, ("",): -9.0}
    assert found["tts_baseline_verdict"] == {
        ("", "latency", "regressed"): 1.0, ("hola", "latency", "regressed"): 1.0, ("", "level", "ok"): 1.0,
    }  # fmt: skip
    assert found["tts_baseline_change"]["", "latency", "ratio"] == 0.5
    assert found["tts_baseline_limit"]["", "level", "dB"] == 1.0
    (created,) = found["tts_baseline_run_created_seconds"].values()
    assert created == 1767225600.0  # 2026-01-01T00:00:00+00:00


def test_openmetrics_of_what_is_hostile_is_still_read() -> None:
    odd = 'a"b\\c\nd\u202e'
    text = openmetrics.render(outcome(replace(spoken(), commit=None, suite=odd), VERDICTS), View())
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    families = list(parser.text_string_to_metric_families(text))
    assert {s.labels["suite"] for f in families for s in f.samples} == {'a"b\\c d\\u202e'}
    assert text.endswith("# EOF\n")


def timed() -> Run:
    processes = (
        replicate({"hola": calls([0.1, 0.3]), "adios": calls([1.0, 1.0])}),
        replicate({"hola": calls([0.2, 0.4])}),
    )
    return spoken(replicates=processes)


def test_rounds_of_pytest_benchmark_are_the_calls_of_all_processes() -> None:
    page = json.loads(pytest_benchmark.render(outcome(timed(), VERDICTS), View()))
    hola, adios = (next(b for b in page["benchmarks"] if b["param"] == case) for case in ("hola", "adios"))
    assert hola["stats"]["data"] == [0.1, 0.3, 0.2, 0.4]
    assert (hola["stats"]["median"], hola["stats"]["rounds"]) == (pytest.approx(0.25), 4)
    assert hola["stats"]["ops"] == pytest.approx(4.0)
    assert adios["stats"]["stddev"] == 0.0
    assert hola["extra_info"]["verdicts"] == {"latency": "regressed"}


def test_pytest_benchmark_compares_what_is_exported(tmp_path: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    for number in (1, 2):
        path = tmp_path / f"000{number}_run.json"
        path.write_text(pytest_benchmark.render(outcome(timed()), View()), encoding="utf-8")
    command = [sys.executable, "-m", "pytest_benchmark", "compare", *map(str, sorted(tmp_path.iterdir()))]
    answer = subprocess.run(
        [*command, "--columns=median,iqr,outliers,rounds"], capture_output=True, text=True, cwd=tmp_path
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("[hola]") == 2
    assert "250.0000 (1.0)" in answer.stdout
