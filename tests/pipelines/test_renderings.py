"""What espeak-ng says word by word, and that a text which ends it ends nothing else."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tts_baseline.core.records import Request
from tts_baseline.pipelines import _renderings
from tts_baseline.pipelines._renderings import renderings, spelled
from tts_baseline.pipelines.espeak import create

SAID = Request(text="Hola, amigo.")


def test_each_word_has_its_place_in_the_text_and_its_seconds() -> None:
    said = spelled(create(), SAID)
    assert [at for at, _, _ in said.words] == [0, 6]
    (_, begin, end), (_, begin_2, end_2) = said.words
    assert begin == 0.0
    assert end + 0.1 < begin_2 < end_2  # the pause at the comma is no part of a word
    assert end_2 == pytest.approx(len(said.samples) / 2 / said.rate, abs=0.4)
    samples = np.frombuffer(said.samples, "<i2") / np.float32(32768)
    assert np.array_equal(samples, create().synthesize(SAID).samples)


def test_another_process_says_the_same_and_none_where_it_is_refused() -> None:
    refused = Request(text="Hola.", region="martian")
    assert renderings([SAID, refused]) == (spelled(create(), SAID), None)
    assert renderings([]) == ()


def test_what_was_just_said_is_not_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _renderings._remembered.cache_clear()
    started = []
    start = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: started.append(a) or start(*a, **k))
    assert renderings([SAID]) == renderings([SAID]) != renderings([Request(text="Adiós.")])
    assert len(started) == 2


def test_without_espeak_and_where_it_dies_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def died(*words, **keywords):
        return subprocess.run([sys.executable, "-c", "import os; os.abort()"], check=True)

    monkeypatch.setattr(_renderings.subprocess, "run", _once(died))
    assert renderings([SAID, SAID]) == (None, None)
    monkeypatch.setattr(_renderings, "find_spec", lambda name: None)
    assert renderings([SAID]) == (None,)


def _once(act):
    """`act` in place of a function that it calls itself."""
    original = subprocess.run

    def run(*words, **keywords):
        subprocess.run = original
        return act(*words, **keywords)

    return run
