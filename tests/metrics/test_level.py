from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.metrics.signal import level


def read(samples: np.ndarray) -> float | None:
    heard = Utterance(samples=samples.astype("float32"), sample_rate=16000)
    return level.read(Evidence(case=Case(id="c", text="c"), utterances=(heard,))).value


def test_a_full_scale_sine_reads_minus_three() -> None:
    assert read(np.sin(2 * np.pi * 100 * np.arange(16000) / 16000)) == pytest.approx(-3.0103, abs=1e-4)


def test_a_hundredth_is_forty_db_less() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 16000)
    assert read(noise) - read(noise * 0.01) == pytest.approx(40.0, abs=1e-3)


def test_all_of_its_power_counts_an_offset_too() -> None:
    assert read(np.full(1000, 0.5)) == pytest.approx(-6.0206, abs=1e-4)
    assert read(np.repeat([0.5, 0.0], 500)) == pytest.approx(-9.0309, abs=1e-4)


def test_silence_has_none() -> None:
    assert read(np.zeros(100)) is None
