"""Who is answered together, and who waits for whom, by a clock that tests state."""

from __future__ import annotations

import pytest

from tts_baseline.measure.traffic.batching import BatchPolicy, WaitingRequest, due, look_again

POLICY = BatchPolicy(3, wait_s=1.0)


def since(*moments: float, length: float = 10.0) -> list[WaitingRequest]:
    return [WaitingRequest(length, moment) for moment in moments]


@pytest.mark.parametrize(
    ("waiting", "now", "policy", "answered"),
    [
        ([], 5.0, POLICY, []),
        (since(0.0, 0.1, 0.2, 0.3), 0.3, BatchPolicy(3), [0, 1, 2]),
        ([WaitingRequest(10, 0.0), WaitingRequest(99, 0.0)], 0.0, BatchPolicy(3), [0, 1]),
        (since(0.0, 0.5), 0.9, POLICY, []),
        (since(0.0, 0.5), 1.0, POLICY, [0, 1]),
        (since(0.0, 0.5, 0.6), 0.6, POLICY, [0, 1, 2]),
        (since(0.0, 0.5, 0.6, 0.7), 0.7, POLICY, [0, 1, 2]),
        ([WaitingRequest(10, 0.0), WaitingRequest(20, 0.1)], 1.0, POLICY, [0]),
        ([WaitingRequest(10, 0.0), WaitingRequest(20, 0.1)], 1.1, POLICY, [0]),
        # A full bucket need not wait for an older request of another length.
        ([WaitingRequest(10, 0.0), *since(0.1, 0.2, 0.3, length=30.0)], 0.3, POLICY, [1, 2, 3]),
        (
            [WaitingRequest(10, 0.0), WaitingRequest(12.5, 0.1), WaitingRequest(12.6, 0.1)],
            1.0,
            POLICY,
            [0, 1],
        ),
        # Whoever has waited long enough is one of those who are answered.
        (since(0.2, 0.0, 0.2, 0.2)[1:] + since(0.0), 1.0, POLICY, [0, 1, 2]),
    ],
)
def test_who_is_answered_now(
    waiting: list[WaitingRequest], now: float, policy: BatchPolicy, answered: list[int]
) -> None:
    assert due(waiting, now, policy) == answered


def test_nobody_waits_longer_than_the_bound_for_others() -> None:
    waiting = [WaitingRequest(length, 0.1 * number) for number, length in enumerate((10, 50, 250, 11, 52))]
    while waiting:
        now = look_again(waiting, POLICY)
        assert now <= min(each.since for each in waiting) + 1.0
        chosen = due(waiting, now, POLICY)
        assert min(range(len(waiting)), key=lambda index: waiting[index].since) in chosen
        waiting = [each for index, each in enumerate(waiting) if index not in chosen]
