"""What metrics read of people: prompts of a Mexican and of a Colombian voice, which are fetched."""

from __future__ import annotations

import os
import statistics
from pathlib import Path

import pytest
import voices

from tests.support.sounds import RATE, clip
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.session.scripts import scripts

PROMPTS = os.environ.get("TTS_BASELINE_PROMPTS", "")
COUNT = 12
# Between which a recording of a person may read, the telephone's (8 kHz, GSM) included.
SANE = {
    "bandwidth": (1_500.0, 8_000.0),
    "breaths": (0.0, 2.0),
    "clipping": (0.0, 0.15),
    "flatness": (-35.0, -15.0),
    "hnr": (5.0, 25.0),
    "hum": (-50.0, -20.0),
    "level": (-30.0, -10.0),
    "loudness": (-30.0, -10.0),
    "noise": (-80.0, -20.0),
    "snr_speech": (30.0, 60.0),
    "snr_vad": (5.0, 60.0),
    "structure": (0.0, 0.0),
}
# What the median of a voice's prompts is: a studio, and a telephone.
USUAL = {
    "mexican": {"bandwidth": 7_644.0, "hnr": 14.6, "level": -18.8, "snr_vad": 42.7, "snr_speech": 55.7},
    "colombian": {"bandwidth": 2_807.0, "hnr": 12.4, "level": -19.3, "snr_vad": 19.1, "snr_speech": 40.7},
}


@pytest.mark.human
@pytest.mark.skipif(
    not PROMPTS,
    reason="TTS_BASELINE_PROMPTS names no folder: prompts of people are fetched into it by apt-get",
)
@pytest.mark.parametrize("voice", USUAL)
def test_prompts_of_a_person_read_as_a_person_s(voice):
    prompts = voices.VOICES[voice](Path(PROMPTS), COUNT, 0)
    for name, (low, high) in SANE.items():
        readings = [metrics()[name].read(Evidence(utterances=(said,))) for said in prompts.values()]
        values = [reading.value for reading in readings if reading.value is not None]
        assert all(reading.reason or reading.value is not None for reading in readings)
        assert len(values) >= COUNT / 2, name
        assert all(low <= value <= high for value in values), (name, values)
        if name in USUAL[voice]:
            assert statistics.median(values) == pytest.approx(USUAL[voice][name], rel=0.02)


@pytest.mark.human
def test_a_person_whose_words_are_known_reads_as_one():
    """Five prompts of the Mexican voice that come with the tests."""
    pytest.importorskip("espeakng_loader")
    text = (
        "Muchas gracias por su paciencia. Su mensaje ha sido guardado. Algo está terriblemente mal. "
        "Por favor intente de nuevo. Hasta pronto."
    )
    case = Case(id="prompts", text=text, region="mexican")
    said = Utterance(samples=clip(), sample_rate=RATE)
    evidence = Evidence(case=case, utterances=(said,), script=scripts([case])[case.id])
    read = {
        name: metrics()[name].read(evidence) for name in ("speech_rate", "pausing", "nuclear", "declination")
    }
    assert 4.0 <= read["speech_rate"].value <= 9.0
    assert read["pausing"].value == 1.0
    assert read["nuclear"].value == 0.0  # statements that fall
    assert -10.0 <= read["declination"].value <= 0.0
