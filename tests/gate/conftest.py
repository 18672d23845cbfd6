"""Every verdict can be worked out by hand: runs and baselines are made of numbers (tests/support/runs.py)."""

from __future__ import annotations

import pytest

from tests.support.runs import Maker
from tests.support.verdicts import screened
from tts_baseline.core.records import Baseline, Run


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def verdict():
    """The verdict of one gate: for the suite, or for a case."""

    def find(run: Run, baseline: Baseline, gate: str, case: str | None = None, **limits: str):
        verdicts = [v for v in screened(run, baseline, **limits) if v.gate == gate and v.case == case]
        assert len(verdicts) == 1, verdicts
        return verdicts[0]

    return find
