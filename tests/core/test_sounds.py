"""A feature is computed once a sound, and a sound is there once a content."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tts_baseline.core import sounds as sounds_module
from tts_baseline.core.records import Utterance
from tts_baseline.core.sounds import Sound, Sounds, feature


def utterance(value: float, rate: int = 16_000, dtype: str = "f4") -> Utterance:
    return Utterance(samples=np.full(4, value, dtype=dtype), sample_rate=rate)


@pytest.fixture
def counted():
    """A feature, and the arguments of each computation."""
    computed = []

    @feature
    def scaled(sound: Sound, factor: float = 2.0, *, offset: float = 0.0):
        computed.append((factor, offset))
        return sound.samples * factor + offset

    return scaled, computed


def test_a_feature_is_computed_once_for_each_sound_and_arguments(counted):
    scaled, computed = counted
    sounds = Sounds()
    for _ in range(5):
        assert scaled(sounds.of(utterance(1.0)))[0] == 2.0
    assert computed == [(2.0, 0.0)]
    assert scaled(sounds.of(utterance(1.0)), 3.0)[0] == 3.0
    assert scaled(sounds.of(utterance(1.0)), offset=1.0)[0] == 3.0
    assert computed[1:] == [(3.0, 0.0), (2.0, 1.0)]
    scaled(sounds.of(utterance(0.5)))
    assert len(computed) == 4


def test_however_the_arguments_are_written(counted):
    scaled, computed = counted
    sound = Sounds().of(utterance(1.0))
    assert scaled(sound) is scaled(sound, 2.0) is scaled(sound, factor=2.0) is scaled(sound, offset=0.0)
    assert len(computed) == 1


def test_two_features_of_one_sound_are_two(counted):
    scaled, _ = counted
    halved = feature(lambda sound: sound.samples / 2)
    sound = Sounds().of(utterance(1.0))
    assert (scaled(sound)[0], halved(sound)[0]) == (2.0, 0.5)


def test_a_sound_is_there_once_for_each_content():
    sounds = Sounds()
    assert sounds.of(utterance(1.0)) is sounds.of(utterance(1.0))
    assert sounds.of(utterance(1.0)) is sounds.of(utterance(1.0, dtype="f8"))
    others = [utterance(0.5), utterance(1.0, rate=8_000)]
    assert len({id(sounds.of(made)) for made in (utterance(1.0), *others)}) == 3


def test_a_content_is_hashed_once_however_many_ask(monkeypatch):
    hashed = []
    sha256 = hashlib.sha256
    monkeypatch.setattr(sounds_module.hashlib, "sha256", lambda data: hashed.append(1) or sha256(data))
    sounds, given = Sounds(), utterance(1.0)
    assert len({id(sounds.of(given)) for _ in range(5)}) == len(hashed) == 1


def test_an_utterance_that_is_gone_leaves_its_sound_to_no_other():
    sounds = Sounds()
    assert [sounds.of(utterance(value / 64)).samples[0] for value in range(50)] == [v / 64 for v in range(50)]


def test_samples_are_float64_and_the_pipelines_own_are_left_alone():
    given = utterance(1.0, dtype="f8")
    sound = Sounds().of(given)
    assert (sound.samples.dtype, sound.rate) == (np.float64, 16_000)
    given.samples[0] = 9.0
    assert sound.samples[0] == 1.0


def test_what_metrics_share_cannot_be_written_to(counted):
    scaled, _ = counted
    both = feature(lambda sound: (sound.samples * 1, "text", sound.samples * 2))
    sound = Sounds().of(utterance(1.0))
    for shared in (sound.samples, scaled(sound), both(sound)[0], both(sound)[2]):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 0.0


def test_a_feature_may_be_of_two_sounds():
    computed = []

    @feature
    def difference(sound: Sound, golden: Sound):
        computed.append(sound.rate)
        return sound.samples - golden.samples

    sounds = Sounds()
    for golden in (1.0, 1.0, 0.25):
        difference(sounds.of(utterance(0.5)), sounds.of(utterance(golden)))
    assert len(computed) == 2


def test_a_feature_that_fails_is_asked_again():
    asked = []

    @feature
    def failing(sound: Sound):
        asked.append(sound)
        raise ValueError("no")

    sound = Sounds().of(utterance(1.0))
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            failing(sound)
    assert len(asked) == 2
