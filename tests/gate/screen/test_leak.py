"""Whether a soak shows a leak: by its slope and the limit, with or without a baseline."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.verdicts import screened
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Baseline
from tts_baseline.core.soak import Allocation, Soak
from tts_baseline.gate.explain import headline, reason
from tts_baseline.metrics.performance.leak import read

LINE = Allocation(where="voice.py:12 in synthesize", bytes=50_000)


def soaked(make, held, lines=()):
    """A run with this soak, and its reading."""
    soak = Soak(held=tuple(map(int, held)), warm=50, peak=2**28, lines=lines)
    run = make.run()
    return replace(run, soak=soak, readings=(*run.readings, read(Evidence(soak=soak))))


def noise(count: int = 250) -> np.ndarray:
    return 2.0**27 + 40_000 * np.random.default_rng(5).normal(size=count)


def test_a_leak_is_regressed_with_bytes_a_request_and_its_line(make, verdict) -> None:
    run = soaked(make, noise() + 50_000 * np.arange(250), (LINE,))
    for baseline in (Baseline(), baseline_of([make.run()])):
        found = verdict(run, baseline, "leak")
        assert found.status == "regressed"
        assert found.change == pytest.approx(50_000, rel=0.05)
        assert found.low < 50_000 < found.high
        assert "kept by voice.py:12 in synthesize (48.8 KiB)" in reason(found)
        assert headline(found, "es").startswith("es: leak regressed, +4")


@pytest.mark.parametrize(("grown", "status"), [(0, "ok"), (16_384, "undecided"), (12_000, "ok")])
def test_what_is_within_the_limit_passes(make, verdict, grown: int, status: str) -> None:
    held = noise() + grown * np.arange(250)
    assert verdict(soaked(make, held), Baseline(), "leak").status == status


def test_the_limit_is_the_users(make, verdict) -> None:
    run = soaked(make, noise() + 50_000 * np.arange(250))
    assert verdict(run, Baseline(), "leak", leak="64 KiB").status == "ok"


def test_a_soak_of_too_few_requests_is_invalid_and_a_run_without_one_has_no_verdict(make, verdict) -> None:
    found = verdict(soaked(make, noise(90)), Baseline(), "leak")
    assert (found.status, reason(found)) == ("invalid", "40 warm requests; 50 are needed")
    assert [v for v in screened(make.run(), Baseline()) if v.gate == "leak"] == []
