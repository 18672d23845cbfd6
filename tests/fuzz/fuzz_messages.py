"""What comes from workers and servers, altered: it is taken, or refused in our own words."""

from __future__ import annotations

import contextlib
import os
import random
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.altered import DICE, altered, attempt
from tts_baseline.core.errors import RequestFailed
from tts_baseline.measure.exchange import UNREADABLE
from tts_baseline.measure.frames import Inbox, NoFrame
from tts_baseline.measure.protocol import from_worker
from tts_baseline.pipelines._sound_files import Wanted
from tts_baseline.pipelines.http.answer import Answer, decoded
from tts_baseline.pipelines.http.media import Media, media

MOST = 1_000_000
HEADERS = ["Content-Type", "X-Sample-Rate", "Content-Encoding"]


@given(dice=DICE)
def test_frames(dice: random.Random) -> None:
    ours, theirs = os.pipe()
    try:
        os.set_blocking(theirs, False)
        os.write(theirs, altered("frames.bin", dice)[:60_000])
        os.close(theirs)
        inbox = Inbox(ours)
        with contextlib.suppress(NoFrame):
            while inbox.pull():
                while (frame := inbox.take()) is not None:
                    with contextlib.suppress(*UNREADABLE):
                        from_worker.decode(frame.payload)
    finally:
        os.close(ours)


@pytest.mark.parametrize("kind", ["wav", "flac", "pcm"])
@given(dice=DICE)
def test_answer(kind: str, dice: random.Random) -> None:
    rate = 16_000 if kind == "pcm" else None
    wanted = Wanted(format=kind, sample_rate=rate, most=MOST)
    answer = Answer(altered(f"answer.{kind}", dice), Media())
    heard, refusal = attempt(lambda: decoded(answer, wanted), RequestFailed)
    assert refusal.what if refusal else len(heard[0]) <= MOST


@given(st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=80)))
def test_headers(headers: dict[str, str]) -> None:
    message = Message()
    for name, value in headers.items():
        message[name] = "".join(value.splitlines())
    declared = media(message)
    assert all(rate < 10**7 for rate in declared.rates)
