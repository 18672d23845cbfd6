"""What is said of the places that differ, of places that are known."""

from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics import differing as module
from tts_baseline.metrics.differing import differing
from tts_baseline.metrics.features.differences import Difference

SOUND = Sound(np.ones(10), 16_000)


def place(start_s: float, speech_s: float, pause_s: float = 0.0) -> Difference:
    """A stretch that is missing, and that is a second later in the sound."""
    length = speech_s + pause_s
    return Difference("missing", start_s, start_s + length, start_s + 1, start_s + 1, speech_s, pause_s)


@pytest.fixture
def places(monkeypatch) -> list[Difference]:
    found = [place(1.0, 0.1), place(2.0, 0.3, 0.7), place(3.0, 0.0, 0.5), place(4.0, 0.2), place(5.0, 0.15)]
    monkeypatch.setattr(module, "differences", lambda *_: tuple(found))
    return found


def test_all_of_one_kind_adds_up_and_the_longest_three_are_named_by_their_second_in_the_golden(places):
    measured = differing(SOUND, SOUND, lambda found: found.speech_s)
    assert measured.value == pytest.approx(0.75)
    assert measured.text == (
        "0.30 s missing at 2.00 s, 0.20 s missing at 4.00 s, 0.15 s missing at 5.00 s and 1 more"
    )


def test_the_other_kind_counts_where_there_is_some(places):
    measured = differing(SOUND, SOUND, lambda found: found.pause_s)
    assert (measured.value, measured.text) == (
        pytest.approx(1.2),
        "0.70 s missing at 2.00 s, 0.50 s missing at 3.00 s",
    )
    del places[:]
    assert differing(SOUND, SOUND, lambda found: found.pause_s) == (0.0, "", 0.0)
