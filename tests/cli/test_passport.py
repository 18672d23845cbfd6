"""`tts-baseline passport`: what a run has of what a region asks for, from its recordings."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.support.commands import tts
from tts_baseline.metrics.regions.passport import Passport
from tts_baseline.report.benchmark.figures import Benchmark

CASES = """
[[case]]
id = "rain"
text = "Ayer llovió en la playa, y yo me llevé la llave de la calle."
region = "rioplatense"

[[case]]
id = "drink"
text = "Y vos, ¿qué querés tomar? Todas las casas de estos barrios tienen zapatos."
region = "rioplatense"
"""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("espeakng_loader")
    folder = tmp_path_factory.mktemp("spoken")
    (folder / "pyproject.toml").write_text('[tool.tts-baseline]\nsuite = "cases.toml"\npipeline = "espeak"\n')
    (folder / "cases.toml").write_text(CASES, encoding="utf-8")
    assert tts("benchmark", "quality", cwd=folder).status == 0
    return folder


@pytest.fixture
def project(spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(spoken, tmp_path / "spoken")
    monkeypatch.chdir(folder)
    return folder


def passports(text: str) -> tuple[Passport, ...]:
    return msgspec.json.decode(text, type=tuple[Passport, ...])


def test_each_region_of_the_run_of_which_something_is_said_has_one(project: Path, call: Callable) -> None:
    answer = call("passport", "--json")
    assert answer.status == 0, answer.err
    (found,) = passports(answer.out)
    assert (found.region, found.cases, found.heard, found.unheard) == ("rioplatense", 2, 2, ())
    assert found.words == ("querés", "vos")
    rows = {(row.custom.probe, row.custom.place): row for row in found.rows}
    palatals, voseo, zetas = rows["palatals", ""], rows["voseo", ""], rows["distincion", ""]
    assert (palatals.measured, palatals.asked, palatals.usual.k) == (7, 7, 0)  # ʝ, as espeak-ng says it
    assert (voseo.measured, voseo.usual.k) == (1, 1)
    assert (zetas.measured, zetas.usual.k) == (1, 1)  # es-419 has seseo
    assert rows["coda_s", "before a consonant"].usual.k == 0
    assert found.score is not None
    assert 0.3 < found.score.value < 0.8


def test_it_shows_both_tables_sources_and_limits(project: Path, call: Callable) -> None:
    answer = call("passport", "last", "--region", "rioplatense")
    assert answer.status == 0, answer.err
    for text in (
        "what is asked for",
        "what was measured",
        "588",
        "Rohena-Madrazo 2015",
        "not calibrated",
        "7 of 7",
    ):
        assert text in " ".join(answer.out.split())
    assert max(map(len, answer.out.splitlines())) <= 80


def test_a_region_without_cases_shows_what_it_asks_for(project: Path, call: Callable) -> None:
    answer = call("passport", "--region", "mexican", "--write", "p.md")
    assert answer.status == 0, answer.err
    page = Path("p.md").read_text(encoding="utf-8")
    assert "0 of 0 cases heard" in page
    assert "| coda\\_s | kept | - | dropped | not counted |" in page.replace("coda_s", "coda\\_s")
    assert "accent score: not measured" in page
    assert "how it is measured" in page


def test_the_accent_is_held_beside_that_of_the_goldens(project: Path, call: Callable) -> None:
    assert call("accept", "last", "--reason", "heard").status == 0
    shown = msgspec.json.decode(call("benchmark", "quality", "last", "--json").out, type=Benchmark)
    (found,) = (each for each in shown.criteria if each.name.startswith("regional"))
    assert (found.name, found.wanted, found.says) == ("regional, rioplatense", "+15 to 25 %", "open")
    assert found.figure is not None
    assert (found.figure.value, found.figure.low) == (0.0, None)  # two cases have no interval
    (table,) = (each for each in shown.tables if each.title == "accent score")
    (accepted, now) = table.rows[0].cells
    assert accepted == now
    assert now is not None


def test_a_recording_that_is_missing_is_told(project: Path, call: Callable) -> None:
    (recording,) = project.glob(".tts-baseline/*/audio/rain.flac")
    recording.unlink()
    (found,) = passports(call("passport", "--json").out)
    assert (found.cases, found.heard) == (2, 1)
    assert found.unheard == ("the recording of case 'rain' is missing (1)",)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--region", "rioplatensee"), "did you mean 'rioplatense'?"),
        (("--region", "andean"), "nothing is said of a region 'andean'"),
        (("no-such-run",), "no pending run is called"),
    ],
)
def test_what_is_not_known_is_refused(
    project: Path, call: Callable, words: tuple[str, ...], says: str
) -> None:
    answer = call("passport", *words)
    assert answer.status == 2
    assert says in answer.err
