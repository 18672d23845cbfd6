"""The calls of a run as pytest-benchmark stores them, so that its `compare` and what else reads it do."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from statistics import fmean, median, quantiles, stdev
from typing import Any

import msgspec

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import storable
from tts_baseline.core.readings import by_case
from tts_baseline.core.records import Case, Run
from tts_baseline.core.verdict import Verdict
from tts_baseline.report.format import FormatSpec, View

SPEC = FormatSpec(name="pytest_benchmark", reader="programs")

_VERSION = "5.2.3"  # of pytest-benchmark, whose layout this is
_FENCE = 1.5  # Tukey's, of interquartile ranges


def render(outcome: Outcome, view: View) -> str:
    """One benchmark a case, whose rounds are the warm calls of all processes; a case without any has none."""
    run, verdicts = outcome.run, by_case(outcome.verdicts)
    page: dict[str, Any] = {
        "machine_info": _machine(run),
        "commit_info": {"id": run.commit or "", "dirty": run.dirty, "time": run.created, "branch": ""},
        "benchmarks": [
            _benchmark(run, case, times, verdicts) for case in run.cases if (times := _times(run, case))
        ],
        "datetime": run.created,
        "version": _VERSION,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1).decode() + "\n"


def _machine(run: Run) -> dict[str, Any]:
    hardware, software = run.environment.hardware, run.environment.software
    return {
        "node": run.environment.key,
        "machine": platform.machine(),
        "system": platform.system(),
        "python_version": software.get("python", ""),
        "python_implementation": platform.python_implementation(),
        "cpu": {"brand_raw": hardware.get("cpu", ""), "hardware": hardware},
    }


def _times(run: Run, case: Case) -> list[float]:
    calls = (process.calls[case.id] for process in run.replicates if case.id in process.calls)
    return [float(time) for each in calls for time in each.wall_s]


def _benchmark(
    run: Run, case: Case, times: Sequence[float], verdicts: Mapping[str | None, Sequence[Verdict]]
) -> dict[str, Any]:
    name = f"{storable(run.pipeline)}[{case.id}]"
    return {
        "group": storable(run.suite),
        "name": name,
        "fullname": f"tts-baseline::{name}",
        "params": {"case": case.id},
        "param": case.id,
        "extra_info": {
            "run": run.id,
            "variant": run.variant,
            "region": case.region,
            "processes": len(run.replicates),
            "verdicts": _statuses(verdicts.get(case.id, ())),
            "suite_verdicts": _statuses(verdicts.get(None, ())),
        },
        "options": {"disable_gc": False, "timer": "perf_counter", "min_rounds": 1, "warmup": True},
        "stats": _stats(sorted(times)) | {"data": times},
    }


def _statuses(verdicts: Sequence[Verdict]) -> dict[str, str]:
    return {verdict.gate: verdict.status for verdict in verdicts}


def _stats(times: Sequence[float]) -> dict[str, Any]:
    """What pytest-benchmark tells of rounds, by its own names."""
    q1, _, q3 = quantiles(times, method="inclusive") if len(times) > 1 else (times[0],) * 3
    low, high = q1 - _FENCE * (q3 - q1), q3 + _FENCE * (q3 - q1)
    mean, spread = fmean(times), stdev(times) if len(times) > 1 else 0.0
    far = sum(abs(time - mean) > spread for time in times)
    out = sum(not low <= time <= high for time in times)
    return {
        "min": times[0], "max": times[-1], "mean": mean, "stddev": spread, "rounds": len(times),
        "median": median(times), "iqr": q3 - q1, "q1": q1, "q3": q3,
        "iqr_outliers": out, "stddev_outliers": far, "outliers": f"{far};{out}",
        "ld15iqr": min(time for time in times if time >= low),
        "hd15iqr": max(time for time in times if time <= high),
        "ops": 1 / mean, "total": sum(times), "iterations": 1,
    }  # fmt: skip
