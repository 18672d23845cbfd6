"""Throughput and latency under load: known levels, answers that are not their own, requests that failed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.registry import metrics
from tts_baseline.core.traffic import LoadLevel, Mixup, Traffic

KNEE = LoadLevel(
    clients=4,
    seconds=10.0,
    requests=200,
    answered=200,
    throughput=10.0,
    audio=21.0,
    goodput=9.0,
    is_knee=True,
)
ONE = replace(KNEE, clients=1, throughput=3.0, is_knee=False)
ARRIVING = LoadLevel(
    share=0.7, offered=7.0, seconds=10.0, requests=100, answered=100, throughput=7.0, audio=14.7, goodput=6.5,
    p50_s=0.2, p95_s=0.4, p99_s=0.9,
)  # fmt: skip
BUSIER = replace(ARRIVING, share=0.9, offered=9.0, p95_s=1.4)
TRAFFIC = Traffic(way="workers", workers=2, levels=(ONE, KNEE, ARRIVING, BUSIER), knees=(10.0, 8.0, 12.5))


def read(name: str, traffic: Traffic | None):
    return metrics()[name].read(Evidence(traffic=traffic))


def test_throughput_is_the_geometric_mean_of_the_passes_at_the_knee() -> None:
    reading = read("throughput", TRAFFIC)
    assert reading.value == pytest.approx(10.0)
    assert (reading.values, reading.case) == ((10.0, 8.0, 12.5), None)
    assert reading.note == "at 4 clients, workers; 21.0 s of audio a second"


def test_latency_under_load_is_the_p95_at_seventy_percent() -> None:
    reading = read("latency_under_load", TRAFFIC)
    assert (reading.value, reading.values) == (0.4, (0.4,))
    assert reading.note == "p50 200.0 ms, p99 900.0 ms at 7.00 req/s; 6.50 of them in time"


@pytest.mark.parametrize("name", ["throughput", "latency_under_load"])
def test_an_answer_that_is_not_its_own_leaves_no_value_and_names_both_requests(name: str) -> None:
    one, other = "request 3 of pass 1 (es-01, 2 clients)", "request 4 of pass 1 (es-02, 2 clients)"
    crossed = Mixup(kind="swapped", request=one, other=other)
    reading = read(name, replace(TRAFFIC, mixups=(crossed, crossed), checked=500, proven={"sound": 498}))
    assert reading.value is None
    assert reading.reason == (
        f"{one} was given the sound of {other}, which was given its own; "
        "2 of 500 answers are not their requests' own"
    )


def test_more_than_one_percent_of_failures_leaves_no_value() -> None:
    def with_failures(level: LoadLevel, count: int) -> Traffic:
        failing = replace(level, answered=level.requests - count, errors={"timeout": count} if count else {})
        return replace(TRAFFIC, levels=tuple(failing if each == level else each for each in TRAFFIC.levels))

    assert read("throughput", with_failures(KNEE, 2)).value == pytest.approx(10.0)
    assert (
        read("throughput", with_failures(KNEE, 3)).reason == "3 of 200 requests failed at 4 clients: timeout"
    )
    assert read("throughput", with_failures(BUSIER, 50)).value is not None
    assert read("latency_under_load", with_failures(BUSIER, 50)).value == 0.4
    late = read("latency_under_load", with_failures(ARRIVING, 2))
    assert late.reason == "2 of 100 requests failed at 70% of the knee: timeout"


def test_where_every_request_failed_nothing_is_read() -> None:
    dead = replace(KNEE, answered=0, throughput=0.0, errors={"the connection failed": 200}, is_knee=False)
    traffic = replace(TRAFFIC, levels=(dead,), knees=())
    for name in ("throughput", "latency_under_load"):
        assert read(name, traffic).reason == "200 of 200 requests failed at 4 clients: the connection failed"


def test_too_few_answers_for_a_percentile_have_no_latency() -> None:
    few = replace(TRAFFIC, levels=(KNEE, replace(ARRIVING, p95_s=None, p99_s=None)))
    assert read("latency_under_load", few).reason == "fewer than 20 answers"
