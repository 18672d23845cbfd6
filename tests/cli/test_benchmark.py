"""`tts-baseline benchmark`: it measures, shows what it measured again, and writes it in three forms."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.support.commands import accepted, pending
from tts_baseline.report.benchmark.figures import Benchmark


def benchmark(text: str | bytes) -> Benchmark:
    return msgspec.json.decode(text, type=Benchmark)


def test_it_measures_and_leaves_a_run_that_can_be_shown_again_and_accepted(project: Path, call) -> None:
    before, kept = pending(project), accepted(project)
    answer = call("benchmark", "performance", "--json", "--output", "b.html", "--output", "b.md")
    assert answer.status == 0, answer.err
    (name,) = set(pending(project)) - set(before)
    shown = benchmark(answer.out)
    assert (shown.run, shown.kind, shown.cases) == (name, "performance", 2)
    assert accepted(project) == kept
    assert Path("b.html").read_text(encoding="utf-8").count("<svg") == 1  # this voice tells no stages
    assert "| very-short |" in Path("b.md").read_text(encoding="utf-8")
    again = call("benchmark", "performance", name, "--json")
    assert benchmark(again.out) == shown
    assert call("accept", name, "--reason", "listened to it").status == 0


def test_quality_shows_the_readings_that_the_gate_judged(project: Path, call) -> None:
    answer = call("benchmark", "quality", "last")
    assert answer.status == 0, answer.err
    assert answer.out.startswith("voice:synthesize @ cpu, suite cases, 2 cases")
    assert "sound, over all cases" in answer.out
    assert "clipping" in answer.out


def test_quality_says_what_was_reached_and_what_nobody_measured(project: Path, call) -> None:
    shown = benchmark(call("benchmark", "quality", "last", "--json").out)
    says = {each.name: each.says for each in shown.criteria}
    assert says == dict.fromkeys(("predicted MOS", "MOS of listeners", "naturalness"), "not measured")
    assert all(each.evidence for each in shown.criteria)
    assert "what was to be reached" in call("benchmark", "quality", "last").out
    assert benchmark(call("benchmark", "performance", "last", "--json").out).criteria == ()


def test_a_benchmark_is_compared_with_one_of_before(project: Path, call) -> None:
    assert call("benchmark", "performance", "last", "--output", "before.json").status == 0
    answer = call("benchmark", "performance", "last", "--compare", "before.json", "--output", "now.md")
    assert answer.status == 0
    assert "against run" in answer.out
    assert "0 of" in answer.out
    assert "| warm latency: all | p50 |" in Path("now.md").read_text(encoding="utf-8")


def test_quality_shows_what_listeners_said_and_who_foretells_it(project: Path, call) -> None:
    run = benchmark(call("benchmark", "quality", "last", "--json").out).run
    rows = [
        f"{who},{case},mos,{run},,{score}"
        for who, score in (("ana", 3), ("leo", 4))
        for case in ("hola", "adios")
    ]
    Path("r.csv").write_text("\n".join(["listener,case,kind,sound,against,score", *rows]))
    shown = benchmark(call("benchmark", "quality", "last", "--json", "--ratings", "r.csv").out)
    (people,) = (table for table in shown.tables if table.title.startswith("listeners"))
    cell = people.rows[0].cells[0]
    assert cell is not None
    assert (people.rows[0].name, cell.value, cell.count) == ("MOS", 3.5, 2)
    answer = call("benchmark", "performance", "last", "--ratings", "r.csv")
    assert (answer.status, "no performance" in answer.err) == (2, True)
    assert "listeners, mean by listener" in call("benchmark", "quality", "last", "--ratings", "r.csv").out


@pytest.mark.parametrize(
    ("words", "says", "next_"),
    [
        (("performance", "last", "--output", "b.pdf"), "no form '.pdf'", "--output b.html"),
        (
            ("performance", "--compare", "none.json"),
            "no benchmark can be read",
            "benchmark performance --output",
        ),
        (("quality", "no-such-run"), "no-such-run", "tts-baseline"),
        (("speed",), "invalid choice: 'speed'", "performance"),
        (("quality", "--against", "main"), "unrecognized arguments: --against", "usage"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_measured(
    project: Path, call, words: tuple[str, ...], says: str, next_: str
) -> None:
    before = pending(project)
    answer = call("benchmark", *words)
    assert answer.status == 2
    assert says in answer.err
    assert next_ in answer.err
    assert pending(project) == before


def test_a_file_that_cannot_be_written_loses_no_run(project: Path, call) -> None:
    Path("folder.json").mkdir()
    answer = call("benchmark", "quality", "last", "--output", "folder.json")
    assert answer.status == 2
    assert "folder.json" in answer.err
    assert "Traceback" not in answer.err
