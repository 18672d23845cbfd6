"""Means by listener: who rated much counts no more, and the interval is that of t over listeners."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tts_baseline.stats.listeners import mean_by_listener


def test_each_listener_counts_alike():
    found = mean_by_listener({"ana": [5.0] * 10, "leo": [3.0], "eva": [4.0, 2.0]})
    assert found.mean == pytest.approx((5 + 3 + 3) / 3)
    assert found.listeners == 3


def test_the_interval_is_that_of_t():
    means = [3.0, 3.5, 4.5, 4.0, 2.5]
    found = mean_by_listener({str(n): [mean - 0.5, mean + 0.5] for n, mean in enumerate(means)})
    low, high = stats.t.interval(0.95, 4, np.mean(means), stats.sem(means))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_one_listener_or_one_opinion_has_no_interval():
    assert mean_by_listener({"ana": [4.0, 5.0]})[1:] == (None, None, 1)
    assert mean_by_listener({"ana": [4.0], "leo": [4.0]})[1:] == (None, None, 2)
    with pytest.raises(ValueError, match="no listener"):
        mean_by_listener({"ana": []})
