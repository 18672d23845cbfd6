"""A player of chunks whose times are known: no clock is read."""

from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.stream import PREBUFFERS
from tts_baseline.measure.playback import ArrivedChunk, audible_at, starved, stream_of

RATE = 8000


def chunks(*times: tuple[float, float]) -> list[ArrivedChunk]:
    return [ArrivedChunk(at, length) for at, length in times]


# One second of audio at 0.5 s, the next at 2.0 s (0.5 s late), the next at 2.7 s: in time for whoever waited.
LATE = chunks((0.5, 1.0), (2.0, 1.0), (2.7, 1.0))


def test_a_stream_that_is_ahead_of_its_player_starves_nobody() -> None:
    stream = stream_of(chunks((0.2, 0.5), (0.4, 0.5), (1.1, 0.5)), audible_s=0.0)
    assert (stream.chunks, stream.audio_s) == (3, 1.5)
    assert (stream.first_chunk_s, stream.first_audio_s, stream.smooth_s) == (0.2, 0.2, 0.2)
    assert stream.starved_s == (0.0,) * len(PREBUFFERS)


def test_a_late_chunk_starves_the_player_for_as_long_as_it_is_late() -> None:
    stream = stream_of(LATE, audible_s=0.0)
    assert stream.smooth_s == pytest.approx(1.0)  # who begins half a second later finds each chunk in time
    # the first chunk alone fills every pre-buffer of up to a second
    assert stream.starved_s == pytest.approx((0.5,) * 5)


def test_a_prebuffer_is_audio_that_is_waited_for() -> None:
    small = chunks((0.1, 0.1), (0.2, 0.1), (0.6, 0.1), (1.0, 0.1))
    # from the first chunk on it runs dry twice, for 0.3 and 0.3 s; with 0.2 s it begins at 0.2 s
    assert starved(small, 0.0) == pytest.approx(0.6)
    assert starved(small, 0.2) == pytest.approx(0.5)
    assert starved(small, 0.3) == pytest.approx(0.1)
    assert starved(small, 5.0) == 0.0  # it never has so much, so it begins when all is there


def test_silence_before_the_first_sound_has_to_be_played() -> None:
    stream = stream_of(chunks((0.2, 0.5), (0.4, 0.5)), audible_s=0.3)
    assert (stream.first_chunk_s, stream.first_audio_s) == (0.2, pytest.approx(0.5))


def test_what_is_heard_in_a_late_chunk_is_heard_when_that_is_played() -> None:
    assert stream_of(LATE, audible_s=1.25).first_audio_s == pytest.approx(2.25)
    assert stream_of(LATE, audible_s=0.75).first_audio_s == pytest.approx(1.25)
    # after an underrun everything is later: the third chunk waits for the second to be played
    assert stream_of(LATE, audible_s=2.0).first_audio_s == pytest.approx(3.0)


def test_empty_chunks_are_none() -> None:
    stream = stream_of(chunks((0.1, 0.0), (0.2, 1.0), (9.0, 0.0)), audible_s=0.0)
    assert (stream.chunks, stream.first_chunk_s, stream.smooth_s) == (1, 0.2, 0.2)
    with pytest.raises(RequestFailed, match="no samples"):
        stream_of(chunks((0.1, 0.0)), audible_s=None)


@pytest.mark.parametrize(("quiet", "heard"), [(10 ** (-45 / 20), 0.25), (10 ** (-35 / 20), 0.0)])
def test_audible_is_what_is_within_40_db_of_the_loudest(quiet: float, heard: float) -> None:
    time = np.arange(RATE) / RATE
    samples = np.sin(2 * np.pi * 400 * time) * np.where(time < 0.25, quiet, 1.0)
    assert audible_at(samples.astype(np.float32), RATE) == pytest.approx(heard)


def test_silence_is_never_heard() -> None:
    assert audible_at(np.zeros(100, dtype=np.float32), RATE) is None
    assert audible_at(np.full(100, np.nan, dtype=np.float32), RATE) is None
    assert stream_of(LATE, audible_s=None).first_audio_s is None
