"""What holds for every stage: new finite float32 samples, the input untouched, missing extras named."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.support import post_signals as signals
from tts_baseline.core.errors import MissingExtra
from tts_baseline.pipelines.f5_spanish.post import (
    de_ess,
    denoise,
    emphasis,
    high_shelf,
    join,
    loudness,
    stretch,
    trim,
)

RATE = signals.RATE

STAGES = {
    "join": (None, lambda w: join.join([w, w], RATE, [join.Pause(seconds=0.1)]).samples),
    "crossfade": (None, lambda w: join.join([w, w], RATE, [join.Crossfade(seconds=0.1)]).samples),
    "bare_edges": (None, lambda w: join.bare_edges([w, w], RATE, [join.Pause(seconds=0.1)])[0]),
    "fixed": (None, lambda w: trim.fixed(w, RATE).samples),
    "adaptive": (None, lambda w: trim.adaptive(w, RATE).samples),
    "high_shelf": (None, lambda w: high_shelf.high_shelf(w, RATE, 3.0, 5000.0)),
    "de_ess": (None, lambda w: de_ess.de_ess(w, RATE)),
    "denoise": ("noisereduce", lambda w: denoise.denoise(w, RATE)),
    "normalize": (None, lambda w: loudness.normalize(w, RATE, -23.0).samples),
    "stretch": (None, lambda w: stretch.stretch(w, RATE, 1.2)),
    "emphasize": ("parselmouth", lambda w: emphasis.emphasize(w, RATE, [emphasis.Stressed(0, 0.4, 2)])),
}

WAVES = {
    "empty": np.empty(0, np.float32),
    "one sample": np.full(1, 0.3, np.float32),
    "two samples": np.array([0.3, -0.2], np.float32),
    "5 ms": signals.speech(0.005),
    "50 ms": signals.speech(0.05),
    "silence": np.zeros(RATE, np.float32),
    "faint": np.full(RATE, 1e-30, np.float32),
    "noise": signals.noise(1.0, -40),
    "speech": np.concatenate([signals.noise(0.3, -60), signals.speech(0.6), signals.noise(0.3, -60, 1)]),
    "full scale": signals.tone(300, 0.5, amplitude=1.0),
}


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_gives_new_finite_float32_samples_and_leaves_its_input(stage, name):
    library, apply = STAGES[stage]
    if library:
        pytest.importorskip(library)
    wave = WAVES[name].copy()
    wave.flags.writeable = False
    made = apply(wave)
    assert made.dtype == np.float32
    assert made.ndim == 1
    assert np.isfinite(made).all()
    assert not np.shares_memory(made, wave)
    np.testing.assert_array_equal(wave, WAVES[name])
    np.testing.assert_array_equal(made, apply(wave))


@pytest.mark.parametrize(("stage", "extra"), [("denoise", "f5"), ("emphasize", "prosody")])
def test_a_missing_library_is_named_with_its_extra(monkeypatch, stage, extra):
    library, apply = STAGES[stage]
    for module in [library, "parselmouth.praat"]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as raised:
        apply(WAVES["speech"])
    assert library in str(raised.value)
    assert f"pip install 'pytest-tts-baseline[{extra}]'" in str(raised.value)
