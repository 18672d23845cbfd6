"""Both loops on a clock that jumps: queues of known waits, stalls, failures."""

from __future__ import annotations

import asyncio
from decimal import Decimal, getcontext
from itertools import cycle

import numpy as np
import pytest

from tests.support import virtual_time
from tts_baseline.core.errors import RequestFailed, WorkerDied, WorkerHung
from tts_baseline.core.records import Case
from tts_baseline.core.stream import Stream
from tts_baseline.measure.traffic.answers import Speech
from tts_baseline.measure.traffic.arrivals import deck, poisson
from tts_baseline.measure.traffic.figures import is_past_knee, knee, of_closed, of_open, quantile
from tts_baseline.measure.traffic.loops import LevelLength, closed, open_loop

CASE = Case(id="hola", text="Hola.")
SERVICE_S = 0.1
SECOND = Speech(np.zeros(100, dtype=np.float32), 100)


class Servers:
    """So many servers that take the same time for each request, first come first served.

    While the clock is within `stall` nothing is begun. Requests of these numbers fail.
    """

    def __init__(self, count: int = 1, *, stall=(0.0, 0.0), failing=(), service_s=SERVICE_S) -> None:
        self._service_s = service_s
        self._free = asyncio.Semaphore(count)
        self._stall = stall
        self._failing = dict(failing)
        self._asked = 0
        self.most = self.now = 0

    async def ask(self, request) -> Speech:
        number, self._asked = self._asked, self._asked + 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            async with self._free:
                clock = asyncio.get_running_loop().time()
                if self._stall[0] <= clock < self._stall[1]:
                    await asyncio.sleep(self._stall[1] - clock)
                await asyncio.sleep(self._service_s)
        finally:
            self.now -= 1
        if number in self._failing:
            raise self._failing[number]
        return SECOND


def closed_level(servers: Servers, clients: int, requests: int = 200, deadline=None):
    length = LevelLength(seconds=0.0, least=requests, most=requests)
    return of_closed(virtual_time.run(closed(servers, cycle([CASE]), clients, length)), clients, deadline)


def open_level(servers: Servers, rate: float, requests: int, deadline=None):
    answers = virtual_time.run(open_loop(servers, cycle([CASE]), poisson(rate, requests)))
    return of_open(answers, 0.7, rate, deadline)


def waits_no_longer(load: float, t: float) -> float:
    """The chance that a request to an M/D/1 queue waits at most t service times (Erlang 1909).

    P(W <= t) = (1 - ρ) Σ_{k=0}^{⌊t⌋} (ρ(k - t))^k / k! · e^{-ρ(k - t)}; the terms cancel, hence 60 digits.
    """
    getcontext().prec = 60
    rho, total, factorial = Decimal(load), Decimal(0), Decimal(1)
    for k in range(int(t) + 1):
        factorial *= max(k, 1)
        x = rho * (k - Decimal(t))
        total += (x**k if k else 1) / factorial * (-x).exp()
    return float((1 - rho) * total)


def md1_quantile(load: float, q: float) -> float:
    """The time of an M/D/1 queue from arrival to answer that a share q do not exceed, in service times."""
    low, high = 0.0, 100.0
    if waits_no_longer(load, 0.0) >= q:
        return 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if waits_no_longer(load, middle) >= q else (middle, high)
    return 1 + high


def queue(arrivals: np.ndarray, service_s: float) -> np.ndarray:
    """Seconds from arrival to answer in a queue of one server, by Lindley's recursion in closed form."""
    ahead = service_s * np.arange(len(arrivals))
    return service_s + ahead - arrivals + np.maximum.accumulate(arrivals - ahead)


def test_erlangs_formula_has_the_known_mean() -> None:
    """Pollaczek and Khinchine: the mean wait of an M/D/1 queue is ρ / (2(1 - ρ)) service times."""
    mean = 0.1 * sum(1 - waits_no_longer(0.7, 0.1 * step + 0.05) for step in range(300))
    assert mean == pytest.approx(0.7 / 0.6, rel=0.01)


@pytest.mark.parametrize("load", [0.5, 0.7, 0.9])
def test_the_open_loop_is_a_queue_answer_by_answer(load: float) -> None:
    arrivals = poisson(load / SERVICE_S, 1000)
    answers = virtual_time.run(open_loop(Servers(), cycle([CASE]), arrivals))
    expected = queue(np.array(arrivals), SERVICE_S)
    assert [answer.latency for answer in answers] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("load", "requests"), [(0.5, 100_000), (0.7, 200_000), (0.9, 1_000_000)])
def test_percentiles_of_a_queue_with_its_arrivals_are_those_of_m_d_1(load: float, requests: int) -> None:
    latencies = np.sort(queue(np.array(poisson(load, requests)), 1.0))
    for q in (0.5, 0.95, 0.99):
        assert quantile(latencies, q) == pytest.approx(md1_quantile(load, q), rel=0.05)


def test_percentiles_of_the_open_loop_are_those_of_m_d_1() -> None:
    level = open_level(Servers(), 0.5 / SERVICE_S, 20_000)
    for measured, q in ((level.p50_s, 0.5), (level.p95_s, 0.95), (level.p99_s, 0.99)):
        assert measured / SERVICE_S == pytest.approx(md1_quantile(0.5, q), rel=0.05)


def test_a_stall_is_in_the_p99_of_the_open_loop_and_not_in_that_of_the_closed_one() -> None:
    stall, quick = (2.0, 3.0), 0.01
    hidden = closed_level(Servers(stall=stall, service_s=quick), 1, 1000)
    seen = open_level(Servers(stall=stall, service_s=quick), 70.0, 1000)
    unstalled = open_level(Servers(service_s=quick), 70.0, 1000)
    assert hidden.p99_s == pytest.approx(quick)
    assert unstalled.p99_s < 0.1
    assert seen.p99_s > 0.9


def test_latency_counts_from_the_intended_start_also_where_the_generator_was_late() -> None:
    class Blocking(Servers):
        """Its first call keeps the whole generator from running for half a second."""

        async def ask(self, request) -> Speech:
            if not self._asked:
                asyncio.get_running_loop()._jump.now += 0.5
            return await super().ask(request)

    arrivals = (0.0, 0.1, 0.2)
    answers = virtual_time.run(open_loop(Blocking(3), cycle([CASE]), arrivals))
    assert [answer.latency for answer in answers] == pytest.approx([0.6, 0.5, 0.4])
    assert of_open(answers, 0.5, 10.0, None).late_s == pytest.approx(0.4)


@pytest.mark.parametrize(("clients", "per_second"), [(1, 10.0), (2, 20.0), (4, 40.0), (8, 40.0), (16, 40.0)])
def test_throughput_is_that_of_the_servers_whatever_the_clients(clients: int, per_second: float) -> None:
    servers = Servers(4)
    level = closed_level(servers, clients)
    assert level.throughput == pytest.approx(per_second)
    assert level.audio == pytest.approx(per_second)  # a second of sound an answer
    assert servers.most == clients
    assert level.p50_s == pytest.approx(SERVICE_S * max(1, clients / 4))


def test_the_knee_has_the_fewest_clients_that_bring_the_best_throughput() -> None:
    levels = [closed_level(Servers(4), clients) for clients in (1, 2, 4, 8)]
    assert [is_past_knee(levels[:count]) for count in (1, 2, 3, 4)] == [False, False, False, True]
    assert knee(levels).clients == 4


def test_goodput_counts_answers_within_the_deadline_or_in_real_time() -> None:
    def goodput(deadline):
        return closed_level(Servers(4), 8, deadline=deadline).goodput

    assert goodput(0.25) == pytest.approx(40.0)
    assert goodput(0.15) == pytest.approx(0.0)
    assert goodput(None) == pytest.approx(40.0)  # 0.2 s for a second of sound


def test_failures_are_counted_by_kind_and_are_no_throughput() -> None:
    failing = {
        30: RequestFailed("the server answered 503 Service Unavailable: busy"),
        31: RequestFailed("the server answered 503 Service Unavailable: still busy"),
        40: WorkerHung("the worker took more than 60 s"),
        50: WorkerDied("the worker was killed"),
    }
    level = closed_level(Servers(failing=failing), 1, 101)
    assert level.errors == {"the server answered 503 Service Unavailable": 2, "timeout": 1, "crash": 1}
    assert (level.requests, level.answered) == (101, 97)
    assert level.throughput == pytest.approx(10.0 * 95 / 99)


def test_a_percentile_of_too_few_answers_is_none() -> None:
    assert closed_level(Servers(), 1, 1).p50_s is None
    assert closed_level(Servers(), 1, 19).p95_s is None
    few = closed_level(Servers(), 1, 99)
    assert few.p95_s is not None
    assert few.p99_s is None


@pytest.mark.parametrize(("q", "value"), [(0.0, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_quantile_is_one_of_the_values(q: float, value: int) -> None:
    assert quantile(range(100, 0, -1), q) == value


def test_arrivals_keep_their_pattern_when_the_rate_changes() -> None:
    slow, fast = poisson(1.0, 5000), poisson(4.0, 5000)
    assert np.array(fast) * 4 == pytest.approx(np.array(slow))
    assert slow[-1] / 5000 == pytest.approx(1.0, rel=0.05)
    assert poisson(1.0, 5, seed=1) != poisson(1.0, 5, seed=2)


def test_a_deck_has_every_case_before_one_comes_again() -> None:
    cases = [Case(id=name, text=name) for name in "abc"]
    cards = deck(cases, 3)
    rounds = [[next(cards).id for _ in cases] for _ in range(20)]
    assert all(sorted(drawn) == ["a", "b", "c"] for drawn in rounds)
    assert len({tuple(drawn) for drawn in rounds}) > 1


def test_a_level_lasts_its_seconds_within_its_bounds() -> None:
    def requests(length: LevelLength) -> int:
        return len(virtual_time.run(closed(Servers(), cycle([CASE]), 1, length)))

    assert requests(LevelLength(seconds=5.0, least=1, most=1000)) == pytest.approx(50, abs=1)
    assert requests(LevelLength(seconds=5.0, least=80, most=1000)) == 80
    assert requests(LevelLength(seconds=5.0, least=1, most=20)) == 20
    assert LevelLength(seconds=5.0, least=1, most=20).requests(2.0) == 10


class Streaming(Servers):
    """Servers whose answers are heard 0.03 s after they begin; every other one starves its player."""

    async def ask(self, request) -> Speech:
        number = self._asked
        await super().ask(request)
        late = 0.2 * (number % 2)
        heard = Stream(
            chunks=2,
            audio_s=1.0,
            first_chunk_s=0.02,
            first_audio_s=0.03,
            smooth_s=0.02 + late,
            starved_s=(late, 0, 0, 0, 0),
        )
        return Speech(SECOND.samples, SECOND.rate, heard, ended_s=SERVICE_S)


def test_under_load_a_stream_is_heard_when_its_turn_has_come() -> None:
    level = closed_level(Streaming(), clients=4)
    # three others are answered before it, then come the 0.03 s of its own
    assert (level.first_audio_p50_s, level.first_audio_p95_s) == pytest.approx((0.33, 0.33))
    assert (level.p50_s, level.starved) == (pytest.approx(0.4), 0.5)
    plain = closed_level(Servers(), clients=4)
    assert (plain.first_audio_p50_s, plain.first_audio_p95_s, plain.starved) == (None, None, None)
