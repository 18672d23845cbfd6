"""Resemblyzer itself: one speaker is like himself, espeak is not, and a gain is no other voice."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from tests.support.sounds import RATE, clip
from tts_baseline.core.records import Case
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.voiceprint import voiceprint
from tts_baseline.metrics.speakers import cosine
from tts_baseline.pipelines import espeak

pytestmark = pytest.mark.skipif(
    find_spec("resemblyzer") is None,
    reason="pip install '.[speaker]'; --no-deps Resemblyzer",
)
TEXT = "El tren de las ocho sale mañana con veinte pasajeros y mucho equipaje."


def test_a_speaker_is_like_himself_and_no_other():
    one, other = (Sound(clip()[start * RATE : (start + 6) * RATE], RATE) for start in (0, 6))
    spoken = espeak.create().synthesize(Case(id="a", text=TEXT, region="mexican").request)
    machine = Sound(spoken.samples.astype(np.float64), spoken.sample_rate)
    assert cosine(voiceprint(one), voiceprint(other)) == pytest.approx(0.895, abs=0.01)
    assert cosine(voiceprint(one), voiceprint(machine)) == pytest.approx(0.508, abs=0.02)
    assert np.linalg.norm(voiceprint(one)) == pytest.approx(1)


def test_level_is_no_matter_of_who_speaks():
    samples = clip()[: 6 * RATE]
    softer, louder = (voiceprint(Sound(factor * samples, RATE)) for factor in (0.25, 0.5))
    assert cosine(softer, louder) > 0.99
