"""What disturbed a measurement, in words: the only place where their wording is tested."""

from __future__ import annotations

from typing import get_args

import pytest

from tts_baseline.gate.judge.disturbances import Disturbance, Kind, Stolen, Throttled
from tts_baseline.report.disturbances import sentence
from tts_baseline.stats.diagnostics import Correlation, Drift, Effect, Spread

SEEN = (
    Disturbance("modes", Spread(9.0, 1e-4, 0.059, 0.01), is_plain=True),
    Disturbance("drift", Drift(0.044, 0.031, 0.052), is_plain=True),
    Disturbance("first call", Effect(0.05, 2e-5), is_plain=True),
    Disturbance("neighbours", Correlation(0.42, -0.1, 0.08), is_plain=True),
    Disturbance("stolen", Stolen(0.12, 0), is_plain=True),
    Disturbance("stolen", Stolen(0.05, 2), is_plain=True),
    Disturbance("throttled", Throttled(3), is_plain=True),
)
WORDS = (
    ("between processes", "5.9%, within 1.0% (sd; p 0.0001)", "more restarts"),
    ("drift", "+4.4% [+3.1, +5.2] over the session", "let it settle"),
    ("first call of a quad", "+5.0% (p 2e-05)", "caches"),
    ("lag-1 autocorrelation", "+0.42 (by chance -0.10 to +0.08)", "fewer quads and more restarts"),
    ("CPU time stolen", "up to 12% in a restart", "cores of its own"),
    ("CPU time stolen", "up to 5% in a restart; 2 measured again", "cores of its own"),
    ("throttled quads", "3 left out", "lock its clocks"),
)


@pytest.mark.parametrize(("disturbance", "words"), list(zip(SEEN, WORDS, strict=True)))
def test_a_disturbance_in_words(disturbance: Disturbance, words: tuple[str, str, str]) -> None:
    shown = sentence(disturbance)
    name, seen, advice = words
    assert (shown.name, shown.seen) == (name, seen)
    assert advice in shown.advice


def test_every_kind_has_words() -> None:
    assert {disturbance.kind for disturbance in SEEN} == set(get_args(Kind))
