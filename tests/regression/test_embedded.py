"""The embedded pipeline's own regression tests, written as a user would; `make gate` runs them.

Without --tts-baseline they are skipped: nothing is measured then.
"""

from __future__ import annotations

import pytest


@pytest.mark.tts(tags="paragraph")
def test_a_paragraph_is_spoken_far_faster_than_real_time(tts_case, tts_latency) -> None:
    assert tts_latency(tts_case).rtf < 0.1


@pytest.mark.tts(tags="emphasis")
def test_emphasis_adds_no_structural_fault(tts_case, tts_quality) -> None:
    assert tts_quality(tts_case).structure == 0


def test_a_cold_start_takes_less_than_ten_seconds(tts_cold_start) -> None:
    assert tts_cold_start().total_s < 10


def test_a_word_made_up_here_is_spoken(tts_pipeline) -> None:
    spoken = tts_pipeline.synthesize("Zanahoriosamente.")
    assert len(spoken.samples) / spoken.sample_rate > 0.5
    assert "".join(phone.symbol for phone in spoken.phones).startswith(("θ", "s"))
