"""A machine's certificate and the limits that tests bring themselves."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict

from tts_baseline.baseline.store import Store
from tts_baseline.core import environment
from tts_baseline.core.certificate import Certificate, Trial
from tts_baseline.gate import certificate as rules
from tts_baseline.gate.limits import Limit

TESTS = """
    import pytest

    @pytest.mark.tts(cases="uno", limits={"latency": "1000%"})
    def test_wide(tts_case, tts_latency):
        assert tts_latency(tts_case).p50_s > 0

    @pytest.mark.tts(cases="uno", limits={"latency": "2%"})
    def test_tight(tts_case, tts_latency):
        assert tts_latency(tts_case).p50_s > 0
"""


def certify(baselines: Path, spread: float, cases: tuple[str, ...] = ("uno", "dos")) -> None:
    """As if this machine had been certified, with two unchanged sessions of this spread."""
    trial = Trial(slower=0.0, outcome="ok", restarts=3, seconds=9.0, change=0.0, latency_s=0.1, spread=spread)
    found = rules.findings([trial, trial], Limit(0.05, 0.0))
    one = Certificate(
        created="2026-11-22T10:00:00+00:00", pipeline="voice:synthesize", variant="cpu", suite="cases",
        cases=cases, commit=None, dirty=False, environment=environment.read("cpu"),
        trials=(trial, trial), **asdict(found),
    )  # fmt: skip
    Store(baselines, "voice:synthesize", "cpu").write(certificate=one)


def test_a_marker_with_a_tighter_limit_fails_its_test_alone(project) -> None:
    certify(project.pytester.path / "baselines", spread=0.016, cases=("uno",))  # resolves 2.9 %
    project.write("test_own_limits.py", TESTS)
    result = project.gate("test_own_limits.py", "-k", "wide or tight")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["the latency limit of 2% is tighter than what this machine can resolve: *, certified on 2026-11-22"]
    )
    result.stdout.fnmatch_lines(["FAILED test_own_limits.py::test_tight*"])


def test_a_project_whose_limit_is_too_tight_is_not_measured(project) -> None:
    certify(project.pytester.path / "baselines", spread=0.2)
    project.limit_latency("5%")
    result = project.gate()
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*the latency limit of 5% is tighter than what this machine can resolve*"])
    assert not list(project.pytester.path.glob(".tts-baseline/*"))
