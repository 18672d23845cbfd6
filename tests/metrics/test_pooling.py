"""What all audio metrics share: unusable samples have no value, several utterances are pooled."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.sounds import RATE, clip, heard
from tts_baseline.core.registry import metrics
from tts_baseline.metrics.golden import pesq_wb, snr_golden, stoi
from tts_baseline.metrics.pooling import Measured, against_golden, over_utterances
from tts_baseline.metrics.signal import duration, snr_vad, structure

GOLDEN = [pesq_wb, stoi, snr_golden]
ALL = [snr_vad, duration, structure, *GOLDEN]

BROKEN = {
    "empty audio": np.zeros(0),
    "silent audio": np.zeros(RATE),
    "NaN in 2 samples": np.array([0.1, np.nan, 0.2, np.nan]),
    "infinity in 1 sample": np.array([0.1, -np.inf, 0.2]),
    "NaN in 2 samples ": np.array([0.1, np.nan, np.inf]),
    "a peak of 1.20, above full scale (1): return `samples * 0.8`": np.array([0.1, -1.2]),
    "a peak of 32767, and full scale is 1: return `samples / 32768`": np.array([0.1, 32767.0]),
}


@pytest.mark.parametrize("reason", BROKEN)
@pytest.mark.parametrize("metric", ALL)
def test_unusable_samples_have_no_value_and_say_why(metric, reason):
    reading = metric.read(heard(BROKEN[reason], golden=clip()))
    assert (reading.value, reading.values, reading.reason) == (None, (), reason.strip())


@pytest.mark.parametrize("metric", ALL)
def test_one_unusable_utterance_of_several_leaves_no_value(metric):
    reading = metric.read(heard(clip(), BROKEN["empty audio"], clip(), golden=clip()))
    assert (reading.value, reading.reason) == (None, "empty audio")


@pytest.mark.parametrize("reason", BROKEN)
@pytest.mark.parametrize("metric", GOLDEN)
def test_an_unusable_golden_leaves_no_value(metric, reason):
    reading = metric.read(heard(clip()[:RATE], golden=BROKEN[reason]))
    assert (reading.value, reading.reason) == (None, f"golden: {reason.strip()}")


@pytest.mark.parametrize("metric", GOLDEN)
def test_no_golden_leaves_no_value(metric):
    reading = metric.read(heard(clip()))
    assert (reading.value, reading.reason) == (None, "no golden recording")


@pytest.mark.parametrize("metric", ALL)
def test_no_utterance_leaves_no_value(metric):
    reading = metric.read(heard(golden=clip()))
    assert (reading.value, reading.reason) == (None, "no utterance")


@pytest.mark.parametrize("metric", ALL)
def test_float32_samples_are_read_as_the_float64_that_they_are(metric):
    samples = clip()[: 7 * RATE // 2].astype(np.float32)
    assert metric.read(heard(samples, golden=samples)).value == pytest.approx(
        metric.read(heard(samples.astype(np.float64), golden=samples)).value, abs=1e-6
    )


def test_metrics_compute_in_float64():
    seen = []
    over_utterances(
        duration.SPEC,
        heard(np.ones(4, dtype=np.float32)),
        lambda clip: seen.append(clip.samples.dtype) or Measured(1.0),
    )
    assert seen == [np.float64]


def pooled(*measured: Measured):
    queue = iter(measured)
    samples = [np.full(4, 0.5)] * len(measured)
    return over_utterances(duration.SPEC, heard(*samples), lambda _: next(queue))


def test_several_utterances_give_their_median_and_each_value():
    reading = pooled(Measured(3.0, "a"), Measured(1.0, "b"), Measured(8.0, "a"), Measured(4.0))
    assert (reading.value, reading.values, reading.note) == (3.5, (3.0, 1.0, 8.0, 4.0), "a; b")


def test_the_majority_decides_when_some_utterances_cannot_be_measured():
    reading = pooled(Measured(3.0), Measured(None, "too short"), Measured(1.0))
    assert (reading.value, reading.values, reading.reason) == (2.0, (3.0, 1.0), None)
    assert reading.note == "1 of 3 utterances without a value: too short"


def test_half_unmeasurable_is_no_value():
    reading = pooled(Measured(3.0), Measured(None, "too short"))
    assert (reading.value, reading.values, reading.reason) == (None, (), "too short")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_result_that_is_no_number_is_no_value(value):
    reading = pooled(Measured(value))
    assert (reading.value, reading.values, reading.reason) == (None, (), f"the result is {value}")


@pytest.mark.parametrize(
    "name", [name for name, metric in metrics().items() if metric.spec.golden and not metric.spec.needs]
)
def test_the_golden_itself_reads_what_is_declared_and_what_its_formula_gives(name, monkeypatch):
    """Once by the declaration, without a computation, and once without it."""
    module = sys.modules[metrics()[name].read.__module__]
    evidence = heard(clip()[: 4 * RATE], golden=clip()[: 4 * RATE])
    known = module.read(evidence)
    assert (known.value, known.note) == (module.SPEC.identical, "identical")
    monkeypatch.setattr(module, "SPEC", replace(module.SPEC, identical=None))
    computed = module.read(evidence)
    assert computed.value == pytest.approx(known.value, abs=1e-6)


def test_only_the_golden_itself_is_not_compared():
    compared = []
    spec = replace(pesq_wb.SPEC, identical=9.0)

    def measure(sound, _golden):
        compared.append(sound.samples[0])
        return Measured(1.0)

    golden = np.linspace(0.1, 0.5, 8)
    evidence = heard(golden, golden + 2**-30, golden.astype("f4"), golden=golden)
    assert against_golden(spec, evidence, measure).values == (9.0, 1.0, 1.0)
    assert len(compared) == 2
    assert against_golden(spec, heard(golden, golden=golden, golden_rate=RATE // 2), measure).value == 1.0
    assert against_golden(replace(spec, identical=None), evidence, measure).values == (1.0, 1.0, 1.0)


def test_the_error_of_a_median_is_smaller_than_that_of_each_utterance() -> None:
    errors = iter([0.6, 0.8, 1.0])
    waves = (clip()[: RATE + n] for n in range(3))
    pooled = over_utterances(duration.SPEC, heard(*waves), lambda _: Measured(1.0, error=next(errors)))
    each = ((0.36 + 0.64 + 1) / 3) ** 0.5
    assert pooled.error == pytest.approx(each * (math.pi / 2 / (2 + math.pi / 2)) ** 0.5)
