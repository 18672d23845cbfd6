"""What other tools say about the same calls, each through its own code at a limit of 5 %.

Two readings of each. As used: as many processes an arm as its documentation has people use. All: every call
of every restart. The recordings interleave the arms call by call, which spares these tools the drift between
two runs that they meet in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from recordings import Arms, Numbers

LIMIT_PERCENT = 5
Status = Literal["fails", "passes", "undecided"]
Reading = Literal["as used", "all"]
Rule = Callable[[Arms], list[Status]]


class Gate(Struct, frozen=True, kw_only=True):
    """One tool, set up in one way: a rule that says of each case whether a build would fail."""

    name: str
    reading: Reading
    distribution: str
    rule: Rule
    restarts: int | None = None
    calls: int | None = None

    def sample(self, arms: Arms) -> Arms:
        """The calls that this reading uses."""
        return arms.first(self.restarts or arms.restarts, self.calls)


def gates() -> Iterator[Gate]:
    """Every peer in both readings; what is not installed raises ImportError where its rule is called."""
    for field in ("mean", "min", "median"):
        yield from _both(f"pytest-benchmark {field}:5%", "pytest-benchmark", pytest_benchmark(field))
    # Two rounds, each a process (asv_runner.benchmarks.time).
    yield from _both("asv continuous, factor 1.05", "asv", asv, restarts=2)
    # Three values a process; 20 processes by default, of which the recording has eight.
    yield from _both("pyperf compare_to --min-speed=5", "pyperf", pyperf, restarts=None, calls=3)
    # No threshold: any difference that is significant.
    yield from _both("google/benchmark U test, 0.05", "scipy", mann_whitney)
    yield from _both("tango formula, limit 5 %", "numpy", tango)


def _both(
    name: str, distribution: str, rule: Rule, restarts: int | None = 1, calls: int | None = None
) -> list[Gate]:
    return [
        Gate(
            name=name, reading="as used", distribution=distribution, rule=rule, restarts=restarts, calls=calls
        ),
        Gate(name=name, reading="all", distribution=distribution, rule=rule),
    ]


def pytest_benchmark(field: str) -> Rule:
    """The check behind `--benchmark-compare-fail=FIELD:5%`."""

    def rule(arms: Arms) -> list[Status]:
        from pytest_benchmark.stats import Stats
        from pytest_benchmark.utils import parse_compare_fail

        check = parse_compare_fail(f"{field}:{LIMIT_PERCENT}%")

        def summary(calls: Numbers) -> dict[str, float]:
            stats = Stats()
            for seconds in calls.tolist():
                stats.update(seconds)
            return {field: getattr(stats, field)}

        return [_fails(check.fails(summary(head), summary(base)) is not None) for base, head in pooled(arms)]

    return rule


def asv(arms: Arms) -> list[Status]:
    """What `asv continuous` calls worse: a Mann-Whitney test at 0.002 and a median beyond the factor."""
    from asv.commands.compare import _is_result_better
    from asv_runner.statistics import compute_stats

    def is_worse(base: list[float], head: list[float]) -> bool:
        (time_1, stats_1), (time_2, stats_2) = compute_stats(base, 1), compute_stats(head, 1)
        factor = 1 + LIMIT_PERCENT / 100
        return bool(_is_result_better(time_1, time_2, (stats_1, base), (stats_2, head), factor))

    return [_fails(is_worse(base.tolist(), head.tolist())) for base, head in pooled(arms)]


def pyperf(arms: Arms) -> list[Status]:
    """What `compare_to` calls significantly slower: pooled t test at 0.05 and a mean beyond `--min-speed`."""
    from pyperf import Benchmark, Run
    from pyperf._compare import CompareData, CompareResult

    def data(name: str, calls: Numbers) -> Any:
        runs = [Run(values, metadata={"name": "case"}, collect_metadata=False) for values in calls.tolist()]
        return CompareData(name, Benchmark(runs))

    def is_slower(case: int) -> bool:
        result = CompareResult(
            data("base", arms.base[:, case]), data("head", arms.head[:, case]), min_speed=LIMIT_PERCENT
        )
        return bool(result.significant and result.norm_mean > 1)

    return [_fails(is_slower(case)) for case in range(arms.cases)]


def mann_whitney(arms: Arms) -> list[Status]:
    """google/benchmark's tools/compare.py: scipy's two-sided U test of the real times at 0.05, and slower."""
    from scipy.stats import mannwhitneyu

    def is_slower(base: Numbers, head: Numbers) -> bool:
        p = mannwhitneyu(base, head, alternative="two-sided").pvalue
        return bool(p < 0.05 and np.median(head) > np.median(base))

    return [_fails(is_slower(base, head)) for base, head in pooled(arms)]


def tango(arms: Arms) -> list[Status]:
    """tango-bench's formula, written anew: z of paired differences >= 2.6, and their mean beyond the limit.

    Each pair is two neighbouring calls. Its filter of outliers is an option that is off by default.
    """

    def is_slower(base: Numbers, head: Numbers) -> bool:
        change = head - base
        error = change.std(ddof=1) / np.sqrt(len(change))
        return bool(change.mean() >= 2.6 * error and change.mean() > LIMIT_PERCENT / 100 * base.mean())

    return [_fails(is_slower(base, head)) for base, head in pooled(arms)]


def pooled(arms: Arms) -> Iterator[tuple[Numbers, Numbers]]:
    """Base's and head's calls of each case, whatever process they came from."""
    for case in range(arms.cases):
        yield arms.base[:, case].ravel(), arms.head[:, case].ravel()


def _fails(does: bool) -> Status:  # noqa: FBT001
    return "fails" if does else "passes"
