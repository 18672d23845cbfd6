"""The law of a solver: known terms are found, and where they are not determined it says why."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.optimize import curve_fit

from tests.support import runs
from tests.support.calls import calls, replicate
from tts_baseline.core.records import Calls, Case, Run
from tts_baseline.report.benchmark import text
from tts_baseline.report.benchmark.figures import Figure, FigureTable
from tts_baseline.report.benchmark.performance import performance
from tts_baseline.report.benchmark.solving import SolvedCase, fitted, solved_cases

C0, C1, A, B = 0.05, 0.02, 0.03, 0.012
CHUNKS = [(300,), (450,), (700,), (900, 400), (1200,), (800, 800), (600, 500, 300), (1500, 200)]
STEPS = [16, 16, 16, 32, 16, 32, 16, 16]


def time_of(chunks: tuple[int, ...], steps: int) -> float:
    return C0 + sum(C1 + steps * (A * n / 1e3 + B * (n / 1e3) ** 2) for n in chunks)


def spoken(*processes: dict[str, Calls]) -> Run:
    cases = tuple(Case(id=id, text="Hola.") for id in processes[0])
    return replace(runs.run(), cases=cases, replicates=tuple(map(replicate, processes)))


def law(run: Run) -> FigureTable | None:
    return next((table for table in performance(run).tables if "c0" in table.title), None)


def run(noise: float = 0.0, chunks=CHUNKS, steps=STEPS) -> Run:
    dice = np.random.default_rng(18)
    made = {
        f"c{at}": calls(
            (time_of(each, count) * math.exp(dice.normal(0, noise)),), solved=tuple((n, count) for n in each)
        )
        for at, (each, count) in enumerate(zip(chunks, steps, strict=True))
    }
    return spoken(made)


ROWS = {"fixed (c0)": C0, "a chunk (c1)": C1, "a step, per 1,000 frames (a)": A,
        "a step, per 1,000 x 1,000 frames (b)": B}  # fmt: skip


def test_known_terms_are_found() -> None:
    found = law(run())
    assert found is not None
    figures: dict[str, Figure] = {row.name: row.cells[0] for row in found.rows}
    assert figures.keys() == {*ROWS, "left over, root mean square"}
    for name, expected in ROWS.items():
        figure = figures[name]
        assert (figure.value, figure.low, figure.high) == pytest.approx((expected,) * 3, rel=1e-6)
        assert (figure.count, figure.of) == (8, 8)
    assert figures["left over, root mean square"].value < 1e-6


def test_noise_widens_the_intervals_as_scipys_does() -> None:
    cases = list(solved_cases(run(0.01)))
    found = fitted(cases)
    assert not isinstance(found, str)
    seconds = np.array([case.seconds for case in cases])

    def time(rows, c0, c1, a, b):
        return c0 + c1 * rows[0] + a * rows[1] + b * rows[2]

    rows = np.array([(case.chunks, case.linear, case.square) for case in cases]).T
    values, errors = curve_fit(time, rows, seconds, p0=(C0, C1, A, B), sigma=seconds)
    terms = found.terms.values()
    assert [value for value, _, _ in terms] == pytest.approx(values, rel=1e-4)
    half = [(high - value) / 2.776445 for value, _, high in terms]  # t of 4 degrees of freedom
    assert half == pytest.approx(np.sqrt(np.diag(errors)), rel=1e-3)
    assert 0.002 < found.error < 0.03
    assert all(low < expected < high for (_, low, high), expected in zip(terms, (C0, C1, A, B), strict=True))


def test_on_a_cpu_its_seconds_are_fitted_beside_those_of_the_clock() -> None:
    made = {
        f"c{at}": calls(
            (time_of(each, count) * (1 + at % 2),),
            (time_of(each, count),),
            solved=tuple((n, count) for n in each),
        )
        for at, (each, count) in enumerate(zip(CHUNKS, STEPS, strict=True))
    }  # every other call waited as long as it computed
    found = law(spoken(made))
    assert found is not None
    assert found.heads == ("by the clock", "of CPU")
    assert {row.name: row.cells[1].value for row in found.rows if row.name in ROWS} == pytest.approx(ROWS)
    clock, cpu = found.rows[-1].cells
    assert clock.value > 10 > 1e-6 > cpu.value
    on_a_gpu = law(replace(spoken(made), environment=replace(runs.run().environment, device="cuda")))
    assert on_a_gpu is not None
    assert (on_a_gpu.heads, len(on_a_gpu.rows[0].cells)) == (("by the clock",), 1)


def test_calls_that_show_no_seconds_of_cpu_have_no_such_fit() -> None:
    made = {
        f"c{at}": calls((time_of(each, 16),), 0.0, solved=tuple((n, 16) for n in each))
        for at, each in enumerate(CHUNKS)
    }
    found = law(spoken(made))
    assert found is not None
    assert [row.cells[1] for row in found.rows] == [None] * 5


def test_no_term_takes_time_away_and_its_interval_says_what_is_open() -> None:
    chunks = [(324,), (366,), (360, 462), (390, 384), (420, 612), (348, 630), (402, 768), (396, 1044)]
    seconds = (5.84, 7.22, 17.87, 14.10, 22.21, 22.61, 31.67, 44.65)  # of a real voice beside other work
    made = {
        f"c{at}": calls((took,), solved=tuple((n, 7) for n in each))
        for at, (each, took) in enumerate(zip(chunks, seconds, strict=True))
    }
    found = fitted(list(solved_cases(spoken(made))))
    assert not isinstance(found, str)
    chunk, *around = found.terms["a chunk (c1)"]
    assert chunk == 0  # by plain least squares it would be -1.4 s
    assert around == [0, pytest.approx(13.2, abs=0.1)]
    assert all(0 <= low <= value <= high for value, low, high in found.terms.values())


def test_where_it_is_not_determined_it_says_why() -> None:
    assert fitted(list(solved_cases(run(chunks=CHUNKS[:5], steps=STEPS[:5])))) == "5 cases; 6 are needed"
    same = [(500,) * n for n in (1, 2, 3, 1, 2, 3)]
    told = fitted(list(solved_cases(run(chunks=same, steps=[16] * 6))))
    assert told == "frames, steps and chunks of the cases rise together, so the terms are not told apart"
    few = performance(run(chunks=CHUNKS[:5], steps=STEPS[:5]))
    assert "no fit: 5 cases; 6 are needed" in text.terminal(few)


@pytest.mark.parametrize(
    ("chunks", "name"),
    [(1, "fixed, with its chunk (c0 + c1)"), (2, "fixed, with its chunks (c0 + 2 c1)")],
)
def test_where_all_cases_have_as_many_chunks_they_belong_to_what_is_fixed(chunks: int, name: str) -> None:
    lengths = [(n,) * chunks for n in (300, 400, 600, 900, 1400)]
    found = fitted(list(solved_cases(run(chunks=lengths, steps=[16] * 5))))
    assert not isinstance(found, str)
    assert {name: value for name, (value, _, _) in found.terms.items()} == pytest.approx(
        {name: C0 + chunks * C1, "a step, per 1,000 frames (a)": A, "a step, per 1,000 x 1,000 frames (b)": B}
    )


def test_a_pipeline_that_does_not_tell_has_no_table() -> None:
    assert law(spoken({"a": calls((0.1,))})) is None


def test_a_case_is_the_median_of_its_calls_and_the_sum_of_its_chunks() -> None:
    made = [{"a": calls(walls, solved=((500, 16), (1000, 32)))} for walls in ((1.0, 3.0), (2.0,))]
    (case,) = solved_cases(spoken(*made))
    assert case == SolvedCase(chunks=2, linear=16 * 0.5 + 32, square=16 * 0.25 + 32, seconds=2.0)
