"""Who is heard: cosines of known vectors, and when nothing is said; tests/f5 asks the real network."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support.sounds import RATE, at_snr, clip, noise, speech_mask, utterance
from tts_baseline.core.ears import Ears
from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import voiceprint as module
from tts_baseline.metrics.features.voiceprint import voiceprint
from tts_baseline.metrics.reference_clip import reference_clip
from tts_baseline.metrics.speaker import speaker, speaker_reference, wavlm_speaker
from tts_baseline.metrics.speakers import cosine, untellable

SAMPLES = clip()[: 4 * RATE]
OTHER = clip()[5 * RATE : 9 * RATE]


def vector_of(sound: Sound) -> np.ndarray:
    """Stands in for a network: the two pieces of the clip are 60 degrees apart."""
    is_other = np.array_equal(sound.samples[:RATE], OTHER[:RATE])
    return np.array([0.5, np.sqrt(0.75)]) if is_other else np.array([2.0, 0.0])


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    for metric in (speaker, speaker_reference):
        monkeypatch.setattr(metric, "voiceprint", vector_of)
    monkeypatch.setattr(wavlm_speaker, "answers", lambda sound, *_: (vector_of(sound),))


def read(
    metric: Any, samples: np.ndarray, *, golden: np.ndarray = OTHER, reference: str = "", rate: int = RATE
) -> Any:
    models = {"speaker": "resemblyzer", "wavlm_speaker": "own.onnx", "reference": reference or "none"}
    return metric.read(
        Evidence(utterances=(utterance(samples, rate),), golden=utterance(golden), ears=Ears(models=models))
    )


@pytest.mark.parametrize("metric", [speaker, wavlm_speaker])
def test_it_is_the_cosine_with_the_golden(network, metric):
    assert read(metric, SAMPLES).value == pytest.approx(0.5)
    assert read(metric, OTHER).value == 1.0


def test_it_is_the_cosine_with_the_clip(network, tmp_path):
    for name, samples in (("same", SAMPLES), ("other", np.stack([OTHER, OTHER], axis=1))):
        soundfile.write(tmp_path / f"{name}.wav", samples, RATE, subtype="DOUBLE")
    assert read(speaker_reference, SAMPLES, reference=str(tmp_path / "same.wav")).value == pytest.approx(1.0)
    assert read(speaker_reference, SAMPLES, reference=str(tmp_path / "other.wav")).value == pytest.approx(0.5)


def test_vectors_are_compared_by_direction_alone():
    one, other = np.array([3.0, 4.0]), np.array([4.0, 3.0])
    assert cosine(one, other) == pytest.approx(24 / 25)
    assert cosine(5 * one, other) == pytest.approx(24 / 25)
    assert cosine(one, -one) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(4 * RATE), "silent audio"),
        (clip()[2 * RATE : 2 * RATE + 1600], "shorter than 3 s"),
        (SAMPLES[: 3 * RATE - 1], "shorter than 3 s"),
        (np.full(4 * RATE, np.nan), "NaN in 64000 samples"),
        (np.full(4 * RATE, 0.1), "no speech found"),
    ],
)
@pytest.mark.parametrize("metric", [speaker, wavlm_speaker])
def test_of_what_tells_no_speaker_nothing_is_said(network, metric, samples, reason):
    assert read(metric, samples).reason == reason


def test_a_golden_that_tells_no_speaker_is_no_measure(network):
    assert read(speaker, SAMPLES, golden=OTHER[:RATE]).reason == "shorter than 3 s"


def test_noise_makes_another_speaker_and_so_nothing_is_said(network):
    samples, mask = clip(), speech_mask(clip())
    loud, soft = (at_snr(samples, snr_db, noise(samples.size, 0), mask) / 4 for snr_db in (20, 30))
    assert "noise at 2" in untellable(Sound(loud, RATE))
    assert untellable(Sound(soft, RATE)) == ""


@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_any_rate_is_heard(network, rate):
    samples = np.repeat(SAMPLES, 6) if rate == 96_000 else SAMPLES[::2]
    assert read(speaker, samples, rate=rate).value == pytest.approx(0.5)


def test_a_clip_that_is_none_is_an_error_that_names_it(tmp_path):
    (tmp_path / "clip.wav").write_text("no sound")
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    with pytest.raises(SettingsError, match="cannot be read"):
        reference_clip(str(tmp_path / "clip.wav"))
    with pytest.raises(SettingsError, match="silent audio"):
        reference_clip(str(tmp_path / "silence.wav"))
    with pytest.raises(SettingsError) as error:
        reference_clip(str(tmp_path / "nowhere.wav"))
    assert "ears.reference" in error.value.where


def test_without_the_package_its_installation_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "resemblyzer", None)
    module._resemblyzer.cache_clear()
    with pytest.raises(MissingExtra) as error:
        read(speaker, SAMPLES)
    extra, besides = error.value.hint.split(" && ")
    assert extra == "pip install 'pytest-tts-baseline[speaker]'"
    assert besides == "pip install --no-deps Resemblyzer"


@pytest.mark.parametrize("rate", [8_000, 16_000, 96_000])
def test_the_network_hears_16_khz_at_one_level(monkeypatch, rate):
    package = ModuleType("resemblyzer")
    package.preprocess_wav = lambda samples: samples
    embed = SimpleNamespace(embed_utterance=lambda samples: np.array([samples.size, np.median(samples)]))
    package.VoiceEncoder = lambda device, verbose: embed
    monkeypatch.setitem(sys.modules, "resemblyzer", package)
    module._resemblyzer.cache_clear()
    for level in (0.01, 1 + 2.0**-16):
        size, level_heard = voiceprint(Sound(np.full(3 * rate, level), rate))
        assert size == pytest.approx(48_000, abs=2)
        assert level_heard == pytest.approx(10**-1.5, rel=1e-3)
    module._resemblyzer.cache_clear()
