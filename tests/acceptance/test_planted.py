"""Regressions planted as commits in a scratch project fail the build and are named.

The margins here leave timing no say: the slow one is four times as slow. `make planted` runs them all, with
the 40 % of the contract, and counts.
"""

from __future__ import annotations

import pytest
from scratch import PLANTS, Plant, Scratch, slower

HERE = {
    "four times as slow": Plant(slower(4.0), "latency regressed"),
    **{
        name: PLANTS[name]
        for name in ("white noise at 30 dB", "50 ms clipped", "twice the memory", "segfault")
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    project = Scratch(tmp_path_factory.mktemp("scratch"))
    project.accept_runs(2)
    return project


@pytest.mark.parametrize("name", HERE)
def test_a_planted_regression_fails_and_is_named(project: Scratch, name: str) -> None:
    project.plant(HERE[name])
    done = project.gate()
    assert done.returncode == 1, done.stdout
    assert HERE[name].named in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_only_what_was_planted_is_blamed(project: Scratch) -> None:
    project.plant(HERE["twice the memory"])
    project.gate()
    statuses = {v["gate"]: v["status"] for v in project.verdicts()}
    assert statuses.pop("memory") == "regressed"
    assert "regressed" not in {statuses[gate] for gate in ("duration", "snr", "pesq_wb", "stoi", "structure")}
