"""benchmatrix's verdicts on recorded calls, by its own code but for the bootstrap, which numpy does at once.

benchmatrix draws 50 000 resamples of a cell in plain Python: half a second a cell, hours for a recording. Its
random stream depends on its settings and the cell's name alone, so it is drawn once here and applied with
numpy: the same intervals, bit for bit (`check` compares a sample of them).
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from peers import Gate, Rule, Status
from recordings import Arms, Numbers

_STATUS: dict[str, Status] = {
    "regressed": "fails",
    "inconclusive": "undecided",
    "unchanged": "passes",
    "improved": "passes",
}
_INDEPENDENT = "bootstrap_median_ratio_interval"
_PAIRED = "bootstrap_paired_median_ratio_interval"


def gates() -> Iterator[Gate]:
    """Its two designs: five runs a side, or pairs. For 8 cells it asks for 16 pairs; a recording has 8."""
    for name, reading, restarts, paired in (
        ("benchmatrix compare", "as used", 5, False),
        ("benchmatrix compare", "all", None, False),
        ("benchmatrix compare --paired", "all", None, True),
    ):
        yield Gate(
            name=name,
            reading=reading,
            distribution="benchmatrix",
            rule=rule(is_paired=paired),
            restarts=restarts,
        )


def rule(*, is_paired: bool) -> Rule:
    """Its classification of each case; `inconclusive` fails only under its `--fail-on-regression`."""
    return lambda arms: [_STATUS[cell.regression] for cell in compare(arms, is_paired=is_paired)]


def compare(arms: Arms, *, is_paired: bool) -> tuple[Any, ...]:
    """Its comparison of each case, with its default policies: 5 %, 95 % over all cases, 50 000 resamples."""
    from benchmatrix import bench_compare

    base, head = ([_run(restart) for restart in side] for side in (arms.base, arms.head))
    with (
        patch.object(bench_compare, _INDEPENDENT, independent),
        patch.object(bench_compare, _PAIRED, paired),
    ):
        if is_paired:
            result = bench_compare.compare_paired_benchmark_run_groups(base, head)
        else:
            result = bench_compare.compare_benchmark_run_groups(base, head)
    return tuple(sorted(result.comparisons, key=lambda cell: cell.case_name))


def check(arms: Arms, case: int, *, is_paired: bool) -> bool:
    """True where its own bootstrap gives a case the interval that it was given here."""
    from benchmatrix import bench_statistics

    cell = compare(arms, is_paired=is_paired)[case]
    inference = cell.inference
    its_own = getattr(bench_statistics, _PAIRED if is_paired else _INDEPENDENT)(
        [statistics.mean(calls) for calls in arms.base[:, case].tolist()],
        [statistics.mean(calls) for calls in arms.head[:, case].tolist()],
        lower_is_better=True,
        confidence_level=inference.adjusted_confidence_level,
        resamples=inference.resamples,
        random_seed=inference.random_seed,
    )
    return (its_own.estimate, its_own.low, its_own.high) == (
        inference.estimate_percent,
        inference.confidence_low_percent,
        inference.confidence_high_percent,
    )


def independent(
    baseline_values: Sequence[float],
    candidate_values: Sequence[float],
    *,
    lower_is_better: bool,
    confidence_level: float,
    resamples: int,
    random_seed: int,
) -> Any:
    """In place of benchmatrix's function of this name."""
    from benchmatrix import bench_statistics as its

    base, head = tuple(sorted(baseline_values)), tuple(sorted(candidate_values))
    drawn = _stream(random_seed, resamples, (len(base), len(head)))
    resampled = _changes(_medians(np.array(base), drawn[0]), _medians(np.array(head), drawn[1]))
    estimate = its._median_ratio_effect(base, head, lower_is_better=lower_is_better)
    left_out = its._jackknife_estimates(base, head, lower_is_better=lower_is_better)
    return _interval(resampled, estimate, left_out, confidence_level)


def paired(
    baseline_values: Sequence[float],
    candidate_values: Sequence[float],
    *,
    lower_is_better: bool,
    confidence_level: float,
    resamples: int,
    random_seed: int,
    strata: Sequence[str] | None = None,
) -> Any:
    """In place of benchmatrix's function of this name."""
    from benchmatrix import bench_statistics as its

    assert strata is None, "calls are interleaved: there is no order of whole runs"
    pairs = tuple(sorted(zip(baseline_values, candidate_values, strict=True)))
    base, head = np.array(pairs).T
    (drawn,) = _stream(random_seed, resamples, (len(pairs),))
    resampled = _changes(_medians(base, drawn), _medians(head, drawn))
    estimate = its._paired_median_ratio_effect(pairs, lower_is_better=lower_is_better)
    left_out = (its._paired_jackknife_estimates(pairs, lower_is_better=lower_is_better),)
    return _interval(resampled, estimate, left_out, confidence_level)


def _interval(resampled: Numbers, estimate: float, left_out: Any, confidence_level: float) -> Any:
    from benchmatrix import bench_statistics as its

    lower = (1.0 - confidence_level) / 2.0
    probabilities = its._bca_probabilities(
        _Compared(resampled),
        estimate=estimate,
        jackknife_estimates=left_out,
        lower_probability=lower,
        upper_probability=1.0 - lower,
    )
    method = "bca_bootstrap" if probabilities else "percentile_bootstrap"
    low, high = sorted(_quantiles(resampled, probabilities or (lower, 1.0 - lower)))
    return its.BootstrapInterval(estimate=estimate, low=low, high=high, method=method)


class _Compared:
    """All resampled changes as one: benchmatrix, which counts in a loop, gets the whole count at once."""

    def __init__(self, changes: Numbers) -> None:
        self._changes = changes

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[_Compared]:
        return iter([self])

    def __lt__(self, estimate: float) -> int:
        return int((self._changes < estimate).sum())

    def __eq__(self, estimate: object) -> int:  # type: ignore[override]
        return int((self._changes == estimate).sum())

    __hash__ = None  # type: ignore[assignment]


@cache
def _stream(seed: int, resamples: int, sizes: tuple[int, ...]) -> tuple[NDArray[np.uint8], ...]:
    """How often benchmatrix draws each run: one array (runs, resamples) a group."""
    dice = random.Random(seed)
    drawn = [[dice.randrange(size) for size in sizes for _ in range(size)] for _ in range(resamples)]
    groups = np.split(np.array(drawn), np.cumsum(sizes)[:-1], axis=1)
    return tuple(
        np.array([(group == run).sum(axis=1) for run in range(size)], np.uint8)
        for group, size in zip(groups, sizes, strict=True)
    )


def _medians(values: Numbers, drawn: NDArray[np.uint8]) -> Numbers:
    """The median of each resample: the run, in order of size, with which the count passes the middle."""
    order = np.argsort(values)
    passed, low, high = np.zeros((3, drawn.shape[1]), np.uint8)
    for run in order:
        passed += drawn[run]
        low += passed <= (len(values) - 1) // 2
        high += passed <= len(values) // 2
    return (values[order][low] + values[order][high]) / 2


def _changes(base: Numbers, head: Numbers) -> Numbers:
    return -((head / base - 1.0) * 100.0)


def _quantiles(values: Numbers, probabilities: Sequence[float]) -> list[float]:
    positions = (len(values) - 1) * np.array(probabilities)
    low, high = np.floor(positions).astype(int), np.ceil(positions).astype(int)
    ordered = np.partition(values, (*low, *high))
    weight = positions - low
    mixed = ordered[low] * (1.0 - weight) + ordered[high] * weight
    return [float(value) for value in np.where(low == high, ordered[low], mixed)]


def _run(restart: Numbers) -> Any:
    """One process as benchmatrix reads it from pytest-benchmark's file: a row for each case."""
    from benchmatrix.bench_results import BenchmarkRun, ParsedBenchmarkRow

    return BenchmarkRun(
        rows=tuple(
            ParsedBenchmarkRow(
                benchmark_name=f"case {case:03}",
                metric_name="single_call_latency",
                implementation_name="pipeline",
                case_name=f"case {case:03}",
                stats={"rounds": len(calls), "iterations": 1},
                extra_info={},
                derived={"latency_mean": statistics.mean(calls)},
                samples=tuple(calls),
            )
            for case, calls in enumerate(restart.tolist())
        ),
        metadata={},
    )
