"""Latency, real-time factor, cold start and memory from calls with known times."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.calls import calls
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Calls, Case, ColdStart
from tts_baseline.metrics.performance import cold_start, cuda_memory, latency, memory, rtf

CASE = Case(id="saludo", text="Hola.")
PER_CASE = [latency, rtf, memory, cuda_memory]


def process(*wall_s: float, audio_s: float = 2.0, **columns: int | None) -> Calls:
    return calls(wall_s, audio_s=audio_s, **columns)


def evidence(*replicates: Calls) -> Evidence:
    return Evidence(case=CASE, calls=replicates)


def test_latency_is_the_geometric_mean_of_each_replicates_median():
    reading = latency.read(evidence(process(0.1, 0.2, 9.0), process(0.7, 0.8, 0.9)))
    assert reading.values == (0.2, 0.8)
    assert reading.value == pytest.approx(0.4)
    assert (reading.metric, reading.case, reading.reason) == ("latency", "saludo", None)


@pytest.mark.parametrize("metric", [latency, rtf])
def test_time_is_that_on_the_wall_however_much_is_computed(metric):
    one, other = (Evidence(case=CASE, calls=(calls([0.1, 0.2, 0.3], cores),)) for cores in (1.0, 4.0))
    assert metric.read(one) == metric.read(other)
    assert metric.read(other).value == pytest.approx(0.2)


def test_rtf_divides_each_replicates_median_by_its_audio():
    reading = rtf.read(evidence(process(0.1, 0.2, 9.0, audio_s=2.0), process(0.8, audio_s=0.5)))
    assert reading.values == pytest.approx((0.1, 1.6))
    assert reading.value == pytest.approx(0.4)


def test_rtf_of_empty_audio_is_none():
    reading = rtf.read(evidence(process(0.1), process(0.1, audio_s=0.0)))
    assert (reading.value, reading.reason) == (None, "empty audio")


def test_rtf_is_reported_and_latency_is_gated():
    assert (rtf.SPEC.limit, latency.SPEC.limit) == (None, "5%")


@pytest.mark.parametrize("metric", PER_CASE)
def test_no_calls_is_none(metric):
    reading = metric.read(evidence())
    assert (reading.value, reading.values, reading.reason) == (None, (), "no calls")


@pytest.mark.parametrize("metric", [latency, rtf])
def test_a_replicate_without_calls_does_not_count(metric):
    assert metric.read(evidence(process(), process(0.3))).values == pytest.approx(
        metric.read(evidence(process(0.3))).values
    )


@pytest.mark.parametrize("metric", [latency, rtf])
def test_a_clock_that_stood_still_is_none_and_not_an_error(metric):
    reading = metric.read(evidence(process(0.0), process(0.3)))
    assert reading.value is None
    assert reading.reason.startswith("not positive: 0 ")


def test_memory_is_the_geometric_mean_of_the_peaks():
    reading = memory.read(evidence(process(1.0, peak_rss=100 << 20), process(1.0, peak_rss=400 << 20)))
    assert reading.values == (100 << 20, 400 << 20)
    assert reading.value == pytest.approx(200 << 20)
    assert reading.note == ""


def test_memory_notes_the_mean_unique_set_size_of_those_that_have_one():
    sizes = (60 << 20, 80 << 20, None)
    reading = memory.read(evidence(*(process(1.0, peak_rss=1 << 30, uss=uss) for uss in sizes)))
    assert reading.note == "unique set size 70.0 MiB"


def test_memory_that_one_replicate_lacks_is_none():
    reading = memory.read(evidence(process(1.0, peak_rss=1 << 30), process(1.0)))
    assert (reading.value, reading.reason) == (None, "no peak of resident memory on this system")


def test_cuda_memory_is_the_geometric_mean_of_the_peaks():
    reading = cuda_memory.read(evidence(process(1.0, peak_cuda=1 << 30), process(1.0, peak_cuda=4 << 30)))
    assert reading.values == (1 << 30, 4 << 30)
    assert reading.value == pytest.approx(2 << 30)


def test_cuda_memory_without_cuda_is_none():
    reading = cuda_memory.read(evidence(process(1.0, peak_cuda=1 << 30), process(1.0)))
    assert (reading.value, reading.reason) == (None, "no CUDA in this run")


def test_cold_start_adds_its_phases_and_notes_the_mean_of_each():
    starts = (
        ColdStart(spawn_s=0.1, import_s=0.2, load_s=0.3, first_request_s=0.4),
        ColdStart(spawn_s=0.3, import_s=0.6, load_s=1.9, first_request_s=1.2),
    )
    reading = cold_start.read(Evidence(cold_starts=starts))
    assert reading.values == pytest.approx((1.0, 4.0))
    assert reading.value == pytest.approx(2.0)
    assert reading.note == "spawn 200.0 ms, import 400.0 ms, load 1.10 s, first request 800.0 ms"
    assert (reading.metric, reading.case) == ("cold_start", None)


def test_cold_start_of_a_run_without_any_is_none():
    assert cold_start.read(Evidence()).reason == "no cold starts"


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(1e-4, 1e3), min_size=1, max_size=5), min_size=1, max_size=5))
def test_latency_is_in_the_order_of_its_calls_and_scales_with_them(times):
    reading = latency.read(evidence(*(process(*t) for t in times)))
    twice = latency.read(evidence(*(process(*(2 * x for x in t)) for t in times)))
    assert min(map(min, times)) * 0.999 <= reading.value <= max(map(max, times)) * 1.001
    assert twice.value == pytest.approx(2 * reading.value)
