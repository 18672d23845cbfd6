"""The figures of a benchmark, worked out by hand from runs that are made up."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import NormalDist, quantiles

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy import stats

from tests.report.test_under_load import TRAFFIC
from tests.support.calls import calls, replicate
from tests.support.runs import KEY, reading, run
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Case, Failure, Replicate, Run
from tts_baseline.report.benchmark import changes, page, text
from tts_baseline.report.benchmark.figures import Benchmark, Figure
from tts_baseline.report.benchmark.performance import line, performance
from tts_baseline.report.benchmark.quality import quality
from tts_baseline.suites.reader import read

SHORT, LONG = "Hola, ¿qué tal estás?", "Adiós, amigo mío. " * 8
CASES = (
    Case(id="a", text=SHORT, region="mexican", tags=("statement",)),
    Case(id="b", text=LONG, region="mexican", tags=("wh-question",)),
    Case(id="c", text=LONG, region="colombian", tags=("statement",)),
)


def process(scale: float, *, peak: int = 100) -> Replicate:
    """Two calls of each case; the long ones take twice as long as the short one, and say 2 s."""
    stages = {"post": (0.01 * scale,) * 2, "text": (0.02 * scale,) * 2, "vocoder": (0.05 * scale,) * 2}
    short = calls((0.1 * scale, 0.2 * scale), audio_s=1.0, stages=stages, peak_rss=peak * 2**20)
    long = calls((0.2 * scale, 0.4 * scale), audio_s=2.0, stages=stages, peak_rss=2 * peak * 2**20)
    return replicate({"a": short, "b": long, "c": long}, start_s=scale)


def spoken(*processes: Replicate, cases: tuple[Case, ...] = CASES, **more: object) -> Run:
    readings = [reading("latency", case.id, 0.3) for case in cases]
    return replace(run(readings=readings), cases=cases, replicates=processes, **more)


def cell(shown: Benchmark, table: str, row: str, head: str) -> Figure:
    (found,) = (t for t in shown.tables if t.title.startswith(table))
    (cells,) = (r.cells for r in found.rows if r.name == row)
    figure = cells[found.heads.index(head)]
    assert figure is not None
    return figure


def interval(values: list[float], middle: float) -> tuple[float, float]:
    """The interval of t in logs around a value, by scipy."""
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(np.log(values))
    return middle * math.exp(-half), middle * math.exp(half)


RUN = spoken(process(1.0), process(1.1), process(0.9))


def test_latency_is_told_by_length_with_an_interval_by_processes() -> None:
    shown = performance(RUN)
    short = cell(shown, "warm latency", "short", "p50")
    walls = [0.1, 0.2, 0.11, 0.22, 0.09, 0.18]
    assert short.value == pytest.approx(np.median(walls))
    assert (short.low, short.high) == pytest.approx(interval([0.15, 0.165, 0.135], short.value))
    assert (short.count, short.of, short.unit) == (6, 6, "s")
    assert cell(shown, "warm latency", "long", "p50").value == pytest.approx(2 * short.value)
    assert cell(shown, "warm latency", "all", "per s of audio").value == pytest.approx(0.15 * 5 / 3 / (5 / 3))


def test_a_tail_is_told_of_calls_enough_for_one() -> None:
    walls = [0.001 * (n + 1) for n in range(100)]
    shown = performance(spoken(replicate({"a": calls(walls)}), cases=CASES[:1]))
    assert cell(shown, "warm latency", "short", "p95").value == pytest.approx(quantiles(walls, n=100)[94])
    (row, _) = shown.tables[0].rows
    assert row.cells[2] is None  # of 100 calls, one is beyond the 99th percentile
    alone = cell(shown, "warm latency", "short", "p50")
    assert (alone.low, alone.high) == (None, None)  # one process tells nothing of others


def test_stages_stand_in_the_order_of_a_call_and_the_rest_beside_them() -> None:
    shown = performance(RUN)
    assert shown.tables[1].heads == ("text", "post", "vocoder")
    assert cell(shown, "stages", "all", "vocoder").value == pytest.approx(0.05)
    (bar,) = (shares for shares in shown.shares if shares.name == "short")
    assert bar.parts == pytest.approx({"text": 0.02, "post": 0.01, "vocoder": 0.05, "rest": 0.15 - 0.08})


def test_a_cold_start_is_told_phase_by_phase() -> None:
    shown = performance(RUN)
    assert cell(shown, "cold start", "first request", "mean").value == pytest.approx(0.4)
    total = cell(shown, "cold start", "total", "mean")
    assert (total.value, total.count) == (pytest.approx(1.0), 3)
    assert (total.low, total.high) == pytest.approx(interval([1.0, 1.1, 0.9], 1.0))


def test_memory_is_the_largest_of_all_processes() -> None:
    shown = performance(spoken(process(1.0, peak=90), process(1.0, peak=110)))
    assert cell(shown, "memory", "short", "peak resident").value == 110 * 2**20
    assert cell(shown, "memory", "long", "peak resident").value == 220 * 2**20
    (row, *_) = (table for table in shown.tables if table.title.startswith("memory"))
    assert row.rows[0].cells[1:] == (None, None)  # nothing unique was told, and there is no GPU


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=4, max_size=20, unique_by=lambda p: p[0])
)
def test_the_line_is_that_of_scipy(points: list[tuple[float, float]]) -> None:
    xs, ys = zip(*points, strict=True)
    if np.ptp(xs) < 0.1:
        return
    found = stats.linregress(xs, ys)
    (fixed, low, _), (slope, slope_low, slope_high) = line(points)
    half = stats.t.ppf(0.975, len(points) - 2)
    assert (fixed, slope) == pytest.approx((found.intercept, found.slope), abs=1e-6)
    assert fixed - low == pytest.approx(half * found.intercept_stderr, abs=1e-5)
    assert slope_high - slope_low == pytest.approx(2 * half * found.stderr, abs=1e-5)


def test_a_fit_is_told_of_three_lengths_of_audio_or_more() -> None:
    assert not [table for table in performance(RUN).tables if "fixed" in table.title]
    times = {"a": (1.0, 0.3), "b": (2.0, 0.5), "c": (4.0, 0.9)}
    made = replicate({id: calls((wall,), audio_s=audio) for id, (audio, wall) in times.items()})
    shown = performance(spoken(made))
    assert cell(shown, "warm latency of a case", "fixed", "value").value == pytest.approx(0.1)
    assert cell(shown, "warm latency of a case", "per s of audio", "value").value == pytest.approx(0.2)


def test_the_lengths_are_those_of_the_built_in_suite() -> None:
    cases = read("es", Path())
    made = performance(spoken(replicate({case.id: calls((0.1,)) for case in cases}), cases=tuple(cases)))
    for row in made.tables[0].rows[:-1]:
        tagged = [case for case in cases if row.name in case.tags]
        assert row.cells[0] is not None
        assert row.cells[0].count == len(tagged)


def sound(values: dict[str, list[float | None]], cases: tuple[Case, ...] = CASES) -> Run:
    readings = [
        reading(metric, case.id, value, None if value is not None else "no pause")
        for metric, each in values.items()
        for case, value in zip(cases, each, strict=True)
    ]
    return replace(run(readings=readings), cases=cases)


def test_sound_is_told_over_all_cases_by_region_and_by_kind() -> None:
    shown = quality(sound({"snr_vad": [30.0, 40.0, None], "clipping": [0.0, 1.0, 2.0]}))
    snr = cell(shown, "sound, over all", "snr_vad", "middle")
    assert (snr.value, snr.count, snr.of) == (35.0, 2, 3)
    assert cell(shown, "sound, over all", "snr_vad", "lowest").value == 30
    assert cell(shown, "sound, over all", "snr_vad", "highest").value == 40
    assert cell(shown, "sound by region", "snr_vad", "mexican").value == 35
    assert cell(shown, "sound by region", "clipping", "colombian").value == 2
    assert cell(shown, "sound by kind", "clipping", "statement").value == 1
    assert cell(shown, "sound by kind", "clipping", "wh-question").count == 1
    regions = next(table for table in shown.tables if table.title == "sound by region")
    (snr_row,) = (row for row in regions.rows if row.name == "snr_vad")
    assert snr_row.cells[regions.heads.index("colombian")] is None


def test_one_region_is_no_table_of_regions() -> None:
    shown = quality(sound({"clipping": [0.0, 1.0]}, CASES[:2]))
    assert [table.title for table in shown.tables] == ["sound, over all cases", "sound by kind of sentence"]


def test_the_interval_of_a_middle_is_that_of_its_median() -> None:
    cases = tuple(Case(id=f"c{n}", text="Hola.") for n in range(20))
    shown = quality(sound({"snr_vad": [float(n) for n in range(20)]}, cases))
    middle = cell(shown, "sound, over all", "snr_vad", "middle")
    ranks = stats.binom(20, 0.5)
    rank = next(k for k in range(20) if ranks.cdf(k) > 0.025)
    assert (middle.low, middle.high) == (float(rank - 1), float(20 - rank))


def test_what_failed_is_counted() -> None:
    failed = replace(RUN, failures=(Failure(case="c", kind="error", message="no voice"),))
    assert "2 of 3 cases" in text.about(performance(failed))
    assert "3 cases" in text.about(performance(RUN))


# --- what people see


def test_the_terminal_has_80_columns_and_each_first_figure_its_interval() -> None:
    said = text.terminal(performance(RUN))
    assert max(map(len, said.splitlines()[1:])) <= 80
    assert re.search(r"short +145\.0 ms +\[\d+\.\d, \d+\.\d\]", said)
    assert "snr_vad" in text.terminal(quality(sound({"snr_vad": [30.0, 40.0, None]})))
    assert "2 of 3" in text.terminal(quality(sound({"snr_vad": [30.0, 40.0, None]})))


def test_the_pages_have_every_figure_with_its_interval() -> None:
    shown = performance(RUN)
    marked, looked_at = text.page(shown), page.html(shown)
    for table in shown.tables:
        for row in table.rows:
            for figure in row.cells:
                assert text.written(figure) in looked_at
                assert text.written(figure) in marked.replace("\\", "")
    assert looked_at.count("<svg") == 2
    assert "default-src 'none'" in looked_at


def test_a_run_under_load_has_its_levels_and_their_plot() -> None:
    shown = performance(replace(RUN, traffic=TRAFFIC))
    assert text.terminal(shown).count("(knee)") == 1
    assert "(knee)" in text.page(shown)
    assert page.html(shown).count("<svg") == 3
    assert "under load" not in text.terminal(performance(RUN)).lower()


def test_the_same_run_gives_the_same_page() -> None:
    assert page.html(performance(RUN)) == page.html(performance(RUN))


def test_the_pictures_are_to_scale() -> None:
    """A bar twice as long is twice the time; a median stands inside its box."""
    drawn = page.html(performance(RUN))
    widths = [float(width) for width in re.findall(r'class="stage2"[^>]* width="([\d.]+)"', drawn)][:3]
    assert widths[0] == pytest.approx(widths[1], abs=0.2)  # the stage takes as long in short and long texts
    boxes = re.findall(r'class="box" x="([\d.]+)"[^>]* width="([\d.]+)"', drawn)
    middles = re.findall(r'class="middle" x1="([\d.]+)"', drawn)
    for (x, width), middle in zip(boxes, middles, strict=True):
        assert float(x) <= float(middle) <= float(x) + float(width)


# --- two benchmarks


def slower(by: float, **more: object) -> Benchmark:
    return performance(spoken(process(by), process(1.001 * by), process(0.999 * by), **more))


def test_what_has_moved_is_what_the_intervals_exclude() -> None:
    before = slower(1.0)
    (row, *_) = (r for r in changes.moved(before, slower(1.2)).rows if r[0] == "warm latency: short")
    assert row[1] == "p50"
    assert row[4] == "+20.0%"
    same = changes.moved(before, slower(1.0005))
    assert same.rows == ()
    assert "0 of" in same.title
    assert len(changes.moved(before, slower(1.0005), all_figures=True).rows) > 20


def test_a_change_of_sound_is_in_its_own_unit() -> None:
    cases = tuple(Case(id=f"c{n}", text="Hola.") for n in range(20))
    normal = NormalDist(30, 1)
    values = [normal.inv_cdf((n + 0.5) / 20) for n in range(20)]
    before, now = (quality(sound({"snr_vad": [v - by for v in values]}, cases)) for by in (0.0, 5.0))
    (row,) = changes.moved(before, now).rows
    assert row[:2] == ("sound, over all cases: snr_vad", "middle")
    assert row[4] == "-5.00 dB"


def test_another_machine_is_told() -> None:
    other = slower(1.0, environment=replace(RUN.environment, key="other-box"))
    assert f"it was another machine, {KEY}" in changes.moved(slower(1.0), other).title
    assert "another machine" not in changes.moved(slower(1.0), slower(1.0)).title


def test_a_benchmark_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    path.write_bytes(msgspec.json.encode(performance(RUN)))
    assert changes.read(path, "performance") == performance(RUN)
    with pytest.raises(SettingsError, match="a benchmark of performance, version 1, not of quality"):
        changes.read(path, "quality")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"kind": "speed"}', b"\xff", b"[" * 100_000])
def test_what_is_no_benchmark_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "before.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        changes.read(path, "quality")
    assert caught.value.where == str(path)
    assert "tts-baseline benchmark quality --output" in caught.value.hint
