"""The share of wrong readings of the whole pool is put together from that of its parts."""

from __future__ import annotations

import json

import mixture
import pytest

SAMPLE = mixture.Sample(name="own", prose=(1, 100), technical=(10, 100))


def test_a_share_is_weighted_by_the_pool() -> None:
    assert mixture.weighted(SAMPLE, 0.25)[0] == pytest.approx(0.75 * 0.01 + 0.25 * 0.1)


def test_one_part_alone_has_its_own_interval() -> None:
    assert mixture.weighted(SAMPLE, 1.0) == pytest.approx(mixture.share(SAMPLE.technical))
    assert mixture.weighted(SAMPLE, 0.0) == pytest.approx(mixture.share(SAMPLE.prose))


def test_two_parts_are_known_better_than_the_worse_one() -> None:
    _, low, high = mixture.weighted(SAMPLE, 0.5)
    _, worse_low, worse_high = mixture.share(SAMPLE.technical)
    assert 0 < high - low < worse_high - worse_low


def test_samples_are_joined_by_their_counts() -> None:
    joined = mixture.joined([SAMPLE, SAMPLE], "both")
    assert (joined.prose, joined.technical) == ((2, 200), (20, 200))


def test_the_pool_is_counted_by_its_packages() -> None:
    pool = json.loads(mixture.RESULTS.read_text(encoding="utf-8"))["pool"]
    assert 0 < pool["technical"] < 1
    assert all(row["prose"] + row["technical"] > 0 for row in pool["packages"].values())
