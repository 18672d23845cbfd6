"""The error rates of the gate of sound, by simulation; the script counts more builds of more kinds."""

from __future__ import annotations

import math

import pytest
from error_rates import VOICES, many

BUILDS = 120
LIMIT, SURE = 0.025, 0.001
BY = ("screen", "judge")
KINDS = [(voice, metric) for voice in VOICES for metric in ("snr_vad", "level")]


def at_most(share: float) -> float:
    """Three standard deviations of a count of `BUILDS` above a share."""
    return share + 3 * math.sqrt(share * (1 - share) / BUILDS)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(("voice", "metric"), KINDS)
def test_at_exactly_the_limit_few_suites_fail(voice: str, metric: str, by: str) -> None:
    rates = many(metric, voice, by, 1.0, BUILDS)
    assert rates["suite fails"] <= at_most(LIMIT)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(("voice", "metric"), [*KINDS, ("much chance", "words"), ("6 sentences", "words")])
def test_unchanged_suites_pass(voice: str, metric: str, by: str) -> None:
    rates = many(metric, voice, by, 0.0, BUILDS)
    assert rates["anything fails"] == 0  # of 120, where at most 1 of 1,000 is promised
    assert rates["undecided"] <= at_most(LIMIT)
    assert rates["utterances"] <= 3.5


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("voice", ["little chance", "seeded, 16 sentences"])
def test_twice_the_limit_is_found(voice: str, by: str) -> None:
    assert many("snr_vad", voice, by, 2.0, BUILDS)["suite fails"] >= 0.95
