from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support import baselines
from tests.support.baselines import left_pending
from tests.support.calls import calls
from tests.support.runs import KEY, accepted, reading, run
from tests.support.tones import sounds
from tts_baseline.baseline import files, pending
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Case, Replicate
from tts_baseline.report.formats.performance import render

TEXTS_BY_LENGTH = {"hola": "Hola, ¿qué tal estás?", "adios": "Adiós. " * 20}  # short, and long


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "baselines", "voice:synthesize", "cpu")


def keep(store: Store, name: str, second: int, *, walls: tuple[float, ...] = (0.1, 0.3), **more) -> None:
    """Accept a run whose calls took so long, one of each length."""
    one = run(name, acceptance=accepted(second, **more))
    made = calls(walls, stages={"model": (0.02,) * len(walls)}, audio_s=2.0)
    process = Replicate(cold_start=one.replicates[0].cold_start, calls=dict.fromkeys(TEXTS_BY_LENGTH, made))
    store.write(
        run=replace(
            one,
            cases=tuple(Case(id=id, text=text) for id, text in TEXTS_BY_LENGTH.items()),
            replicates=(process,),
            readings=tuple(replace(r, values=r.values[:1]) for r in one.readings),
        )
    )


def promoted(store: Store, report: Path, *, reason: str = "listened to it") -> None:
    readings = [
        reading("duration", "hola", 0.9),
        reading("duration", "adios", 1.1),
        reading("stoi", "hola", 1.0),
    ]
    folder = left_pending(report, "r0", readings=[*readings, reading("latency", "hola", 0.25)])
    baselines.promoted(store, folder, accepted(reason=reason))


def table(page: str, title: str) -> list[list[str]]:
    """The cells of the table whose title holds this."""
    lines = page[page.index(title) :].split("\n\n")[1].splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| -")
    ]


def test_nothing_accepted_is_a_page_that_says_so_little(tmp_path: Path) -> None:
    page = render(tmp_path / "nowhere")
    assert page.startswith("# Performance baseline\n")
    assert "##" not in page
    assert page.endswith(".\n")


def test_the_same_files_give_the_same_page(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    keep(store, "r1", 1)
    assert render(store.root) == render(store.root)


def test_quality_is_shown_by_metric(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    rows = table(render(store.root), "### Quality, accepted 2026-01-01: listened to it")
    assert rows[1:] == [
        ["duration", "900.0 ms", "1.00 s", "1.10 s", "2 of 2"],
        ["stoi", "1.000", "1.000", "1.000", "1 of 2"],
    ]


def test_latency_is_shown_by_length_of_text(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    keep(store, "r1", 1)
    rows = table(render(store.root), "warm latency by length of text, run r1")
    assert rows == [
        ["length", "cases", "p50", "p95", "p99", "real-time factor", "model"],
        ["short", "1", "200.0 ms", "- (2 calls)", "- (2 calls)", "0.1000", "20.0 ms"],
        ["long", "1", "200.0 ms", "- (2 calls)", "- (2 calls)", "0.1000", "20.0 ms"],
        ["all", "2", "200.0 ms", "- (4 calls)", "- (4 calls)", "0.1000", "20.0 ms"],
    ]


def test_a_tail_is_told_only_from_enough_calls(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    keep(store, "r1", 1, walls=tuple(n / 1000 for n in range(1, 101)))
    rows = table(render(store.root), "warm latency by length of text, run r1")
    assert rows[1][3:5] == ["96.0 ms", "- (100 calls)"]
    assert rows[3][4] == "- (200 calls)"


def test_cold_starts_are_shown_by_phase(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    whole = dict(table(render(store.root), "the whole suite, run r0")[1:])
    assert whole["latency"] == "250.0 ms"
    assert [whole[f"cold start: {phase}"] for phase in ("spawn", "import", "load", "first request")] == [
        "100.0 ms", "200.0 ms", "300.0 ms", "400.0 ms",
    ]  # fmt: skip


def test_accepted_runs_are_in_the_order_of_acceptance(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    keep(store, "z-measured-late", 1, epoch=2)
    keep(store, "a-accepted-last", 2, epoch=2, reason="faster | better\nby far")
    page = render(store.root)
    rows = table(page, f"Machine `{KEY}`: accepted runs")
    assert [row[0] for row in rows[1:]] == ["r0", "z-measured-late", "a-accepted-last"]
    assert [row[2] for row in rows[1:]] == ["1 (anchor)", "2", "2"]
    assert "| Eva | faster \\| better by far |" in page
    assert "warm latency by length of text, run a-accepted-last" in page


def test_a_reason_of_several_lines_stays_a_heading(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report", reason="one\n# two")
    assert "### Quality, accepted 2026-01-01: one # two\n" in render(store.root)


def test_every_variant_and_machine_has_its_part(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    other = Store(store.root, "voice:synthesize", "cuda+fp16")
    spoken = sounds()
    readings = [reading("duration", case, 1.0) for case in spoken]
    folder = left_pending(tmp_path / "report", "r9", key="gpu-80gb-1", readings=readings)
    files.write_record(folder / "run.json", replace(pending.load(folder), variant="cuda+fp16"))
    baselines.promoted(other, folder)
    page = render(store.root)
    assert page.count("## voice:synthesize @ ") == 2
    assert page.index(KEY) < page.index("gpu-80gb-1")


def test_a_damaged_baseline_is_named(store: Store, tmp_path: Path) -> None:
    promoted(store, tmp_path / "report")
    path = store.folder / "machines" / KEY / "r0.json"
    path.write_text("{")
    with pytest.raises(BaselineError, match="damaged") as caught:
        render(store.root)
    assert caught.value.where == str(path)
