"""Frames through a pipe: whole, numbered and bounded, and nothing else is taken for one."""

from __future__ import annotations

import contextlib
import os
import struct
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts_baseline.core.bounds import MOST_SAMPLES
from tts_baseline.core.records import Request
from tts_baseline.measure import frames
from tts_baseline.measure.exchange import Exchange, Unexpected
from tts_baseline.measure.frames import LONGEST, Frame, Inbox, NoFrame
from tts_baseline.measure.protocol import Count

HEADER = struct.Struct("<4sQQ")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def taken(inbox: Inbox) -> Frame:
    while (frame := inbox.take()) is None:
        assert inbox.pull()
    return frame


def test_frames_come_out_as_they_went_in(pipe) -> None:
    reading, writing = pipe
    sent = [Frame(1, b""), Frame(2, b"abc"), Frame(2**63, bytes(300_000))]

    def send() -> None:
        for frame in sent:
            frames.write(writing, *frame)

    sender = threading.Thread(target=send)
    sender.start()
    inbox = Inbox(reading)
    assert [taken(inbox) for _ in sent] == sent
    sender.join()


def test_a_frame_is_taken_when_its_last_byte_is_there(pipe) -> None:
    reading, writing = pipe
    inbox = Inbox(reading)
    for byte in HEADER.pack(b"\xfftts", 7, 2) + b"ab":
        assert inbox.take() is None
        os.write(writing, bytes([byte]))
        assert inbox.pull()
    assert inbox.take() == Frame(7, b"ab")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"g", "bytes that are no answer: b'g'"),
        (b"garbage" + HEADER.pack(b"\xfftts", 1, 0), "bytes that are no answer: b'garbage'"),
        (b"\xfft" + b"x" * 100, "bytes that are no answer"),
        (HEADER.pack(b"\xfftts", 1, LONGEST + 1), "67,108,865 bytes, of which 67,108,864 are allowed"),
        (HEADER.pack(b"\xfftts", 1, 2**64 - 1), "18,446,744,073,709,551,615 bytes"),
    ],
)
def test_anything_else_is_no_frame(pipe, data: bytes, says: str) -> None:
    reading, writing = pipe
    os.write(writing, data)
    inbox = Inbox(reading)
    inbox.pull()
    with pytest.raises(NoFrame, match=says):
        inbox.take()


def test_writing_gives_up_where_nobody_reads(pipe) -> None:
    _, writing = pipe
    os.set_blocking(writing, False)
    with pytest.raises(TimeoutError):
        frames.write(writing, 1, bytes(10**6), timeout=0.01)


def test_the_longest_utterance_fits_into_a_frame() -> None:
    assert 4 * MOST_SAMPLES + 2**20 < LONGEST


@settings(deadline=None, max_examples=50)
@given(
    parts=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(
                lambda number, body, length: (
                    HEADER.pack(b"\xfftts", number, length if length else len(body)) + body
                ),
                st.integers(0, 2**64 - 1),
                st.binary(max_size=60),
                st.sampled_from([0, 0, 1, 70, LONGEST + 1, 2**64 - 1]),
            ),
        ),
        max_size=6,
    )
)
def test_whatever_comes_it_is_frames_or_refused_and_no_byte_is_taken_twice(parts: list[bytes]) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"".join(parts))
        os.close(writing)
        inbox = Inbox(reading)
        taken = b""
        with contextlib.suppress(NoFrame):
            while (frame := inbox.take()) is not None or inbox.pull():
                if frame is not None:
                    taken += HEADER.pack(b"\xfftts", frame.number, len(frame.payload)) + frame.payload
        assert b"".join(parts).startswith(taken)
    finally:
        os.close(reading)


class Alive:
    """A process that goes on: nothing ever happens on `events`."""

    def __init__(self, events: int) -> None:
        self.events = events

    def look(self) -> bool:
        return False


@pytest.mark.parametrize(
    "payload",
    [
        b"\xc1",
        b"\x81\xa4type\xa7Refused",
        b"\x84\xa4type\xa7Refused\xa4what\xa1\xff\xa5where\xa0\xa4hint\xa0",  # no UTF-8
        b"\x82\xa4type\xa6Spoken\xa1x" + b"\x91" * 5_000,  # nested
    ],
)
def test_an_answer_that_is_no_message_of_ours_is_named(pipe, payload: bytes) -> None:
    exchange = Exchange()
    reading, writing = exchange.theirs

    def answer() -> None:
        os.read(reading, 100)
        frames.write(writing, 1, payload)

    worker = threading.Thread(target=answer)
    worker.start()
    try:
        with pytest.raises(Unexpected, match="an answer that cannot be read"):
            exchange.ask(Count(request=Request(text="a")), 5.0, Alive(pipe[0]))
    finally:
        worker.join()
        exchange.close()
        exchange.close_theirs()
