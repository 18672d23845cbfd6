"""What this project asks of its voice, beyond what the baseline gates."""

import pytest


@pytest.mark.tts(tags="wh-question")
def test_a_question_is_spoken_whole(tts_case, tts_quality) -> None:
    """Nothing is cut off, and nothing is silent that should not be."""
    spoken = tts_quality(tts_case)
    assert spoken.structure == 0
    assert 1 < spoken.duration < 10


@pytest.mark.parametrize("region", ["mexican", "castilian"])
def test_an_hour_is_read_out_in_words(tts_reading, region: str) -> None:
    """Whatever the region, the model is given words."""
    assert "siete cuarenta y cinco" in tts_reading("El tren sale a las 7:45.", region=region)
