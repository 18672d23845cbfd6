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

UNJUDGED = "--tts-against=none"  # no calls side by side: what they would tell of latency is not asked
SOUND = {"duration", "snr", "pesq_wb", "stoi", "structure"}
# What each leaves as it is; a crash leaves a case out, and noise and clipping move all that is heard.
INNOCENT = {
    "four times as slow": SOUND,
    "white noise at 30 dB": {"duration", "structure", "memory"},
    "50 ms clipped": {"duration", "memory"},
    "twice the memory": SOUND,
    "segfault": {"memory"},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    project = Scratch(tmp_path_factory.mktemp("scratch"))
    project.accept_runs(2, UNJUDGED)
    return project


@pytest.mark.parametrize("name", HERE)
def test_a_planted_regression_fails_and_is_named_alone(project: Scratch, name: str) -> None:
    project.plant(HERE[name])
    done = project.gate(*([] if "latency" in HERE[name].named else [UNJUDGED]))
    assert done.returncode == 1, done.stdout
    assert HERE[name].named in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    statuses = {verdict["gate"]: verdict["status"] for verdict in project.verdicts()}
    assert not {gate for gate in INNOCENT[name] if statuses[gate] == "regressed"}
