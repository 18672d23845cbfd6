"""Predicted opinions: what is asked of a network and made of its answers; tests/f5 asks the real ones."""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, utterance
from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics import own_network
from tts_baseline.metrics.features import distillmos as distillmos_feature
from tts_baseline.metrics.features import dnsmos as dnsmos_feature
from tts_baseline.metrics.features.crops import crops
from tts_baseline.metrics.mos import (
    distillmos,
    dnsmos_bak,
    dnsmos_ovrl,
    dnsmos_p808,
    dnsmos_sig,
    nisqa,
    squim,
    utmos,
)
from tts_baseline.metrics.opinions import mean_of

DNSMOS = {dnsmos_p808: "p808_mos", dnsmos_sig: "sig_mos", dnsmos_bak: "bak_mos", dnsmos_ovrl: "ovrl_mos"}
SLOTS = (utmos, nisqa, squim)


def read(metric: ModuleType, samples: np.ndarray, rate: int = RATE) -> Any:
    models = {name: name for name in ("dnsmos", "utmos", "nisqa", "squim", "distillmos")}
    return metric.read(Evidence(utterances=(utterance(samples, rate),), ears=Ears(models=models)))


@pytest.fixture
def speechmos(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """What stands in for the network: a head answers the length of what it hears, and its own number."""
    heard: list[np.ndarray] = []

    def run(samples: np.ndarray, rate: int) -> dict[str, float]:
        assert rate == RATE
        heard.append(samples)
        return {name: samples.size / 1e5 + at for at, name in enumerate(DNSMOS.values())}

    package, module = ModuleType("speechmos"), ModuleType("speechmos.dnsmos")
    module.run = run
    package.dnsmos = module
    monkeypatch.setitem(sys.modules, "speechmos", package)
    dnsmos_feature._network.cache_clear()
    yield heard
    dnsmos_feature._network.cache_clear()


def test_eight_crops_lose_0_to_20_ms_of_the_beginning():
    samples = clip()[: 2 * RATE]
    found = crops(Sound(samples, RATE))
    assert [samples.size - crop.size for crop in found] == [0, 46, 91, 137, 183, 229, 274, 320]
    assert all(np.array_equal(crop, samples[-crop.size :]) for crop in found)
    assert all(abs(crop).max() <= 1 for crop in crops(Sound(np.full(RATE, 1 + 2.0**-16), RATE)))


def test_of_more_than_a_minute_eight_pieces_of_10_s_from_start_to_end_are_heard():
    samples = np.linspace(0.0, 1.0, 90 * RATE)
    found = crops(Sound(samples, RATE))
    assert [crop.size for crop in found] == 8 * [10 * RATE]
    assert [crop[0] for crop in found] == pytest.approx(np.linspace(0.0, 80 / 90, 8), abs=1e-4)
    assert found[-1][-1] == 1.0
    assert crops(Sound(samples[: 60 * RATE], RATE))[0].size == 60 * RATE


def test_the_mean_comes_with_what_the_crops_say_of_it():
    assert mean_of([3.0, 4.0]) == (3.5, "sd 0.71 over 2 crops", pytest.approx(0.5))
    assert mean_of([3.123456]).value == 3.1235


@pytest.mark.parametrize("metric", DNSMOS)
def test_each_metric_is_the_mean_of_its_own_head(speechmos, metric):
    samples = clip()[: 2 * RATE]
    reading = read(metric, samples)
    at = list(DNSMOS).index(metric)
    assert reading.value == pytest.approx((samples.size - 160) / 1e5 + at, abs=1e-4)
    assert reading.error == pytest.approx(0.00111 / 8**0.5, rel=0.05)
    assert len(speechmos) == 8


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_a_network_hears_16_khz(speechmos, rate):
    assert read(dnsmos_p808, np.resize(clip(), 2 * rate), rate).value is not None
    assert speechmos[0].size == pytest.approx(2 * RATE, abs=2)


@pytest.mark.parametrize("metric", [*DNSMOS, *SLOTS])
@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(2 * RATE), "silent audio"),
        (clip()[2 * RATE : 2 * RATE + RATE // 10], "shorter than 1 s"),
        (np.full(2 * RATE, np.nan), "NaN in 32000 samples"),
    ],
)
def test_what_no_network_can_judge_has_a_reason(metric, samples, reason):
    reading = read(metric, samples)
    assert (reading.value, reading.reason) == (None, reason)


def test_without_the_extra_its_installation_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "speechmos", None)
    dnsmos_feature._network.cache_clear()
    with pytest.raises(MissingExtra) as error:
        read(dnsmos_p808, clip()[: 2 * RATE])
    assert error.value.hint == "pip install 'pytest-tts-baseline[mos]'"


def test_distillmos_hears_each_crop(monkeypatch):
    torch, package = ModuleType("torch"), ModuleType("distillmos")
    torch.inference_mode = contextlib.nullcontext
    torch.from_numpy = np.asarray
    package.ConvTransformerSQAModel = Network
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "distillmos", package)
    distillmos_feature._network.cache_clear()
    samples = clip()[: 2 * RATE]
    scores = distillmos_feature.distillmos(Sound(samples, RATE))
    assert scores == tuple(crop.size / 1e4 for crop in crops(Sound(samples, RATE)))
    assert read(distillmos, samples).value == pytest.approx(np.mean(scores), abs=1e-4)
    distillmos_feature._network.cache_clear()


class Network:
    """Stands in for DistillMOS: it answers the length of what it hears."""

    def eval(self) -> None: ...

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        assert samples.dtype == np.float32
        return np.array([[samples.shape[1] / 1e4]])


class Session:
    """Stands in for a network of the project's own: its first answer is the loudest sample it hears."""

    def __init__(self, file: str, providers: list[str]) -> None:
        if file == "squim":
            raise RuntimeError("no protobuf\nat all")

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "wave"})]

    def run(self, outputs: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        (samples,) = given.values()
        assert samples.dtype == np.float32
        assert samples.shape[0] == 1
        return [np.array([[samples.max(), 7.0]])]


def test_a_project_brings_a_network_of_its_own(monkeypatch):
    package = ModuleType("onnxruntime")
    package.InferenceSession = Session
    monkeypatch.setitem(sys.modules, "onnxruntime", package)
    own_network.loaded.cache_clear()
    samples = clip()[: 2 * RATE]
    assert read(utmos, samples).value == pytest.approx(samples.max(), abs=1e-4)
    assert read(nisqa, samples).value == pytest.approx(samples.max(), abs=1e-4)
    with pytest.raises(SettingsError, match="no protobuf") as error:
        read(squim, samples)
    assert error.value.where == "ears.squim = 'squim'"
    own_network.loaded.cache_clear()
