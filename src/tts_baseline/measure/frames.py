"""Numbered and bounded messages through a pipe that a pipeline may write to, too."""

from __future__ import annotations

import select
import struct
from os import read, writev  # by name: a pipeline may replace them
from typing import NamedTuple

# chosen: 11 minutes of audio at 24 kHz; two of them are the most that a session's process holds at a time
LONGEST = 64 * 2**20
# The first byte is no UTF-8, so that no text is taken for a frame.
_MARK = b"\xfftts"
_HEADER = struct.Struct("<4sQQ")  # mark, number, length of what follows
_CHUNK = 2**16  # what a pipe holds (pipe(7))
_SHOWN = 40  # chosen: enough of what is no frame to recognize it


class Frame(NamedTuple):
    """One message: the number of the request that it belongs to, and its bytes."""

    number: int
    payload: bytes


class NoFrame(Exception):
    """What stands in the pipe is no frame of ours, or announces one that is too long."""


class Inbox:
    """Takes frames from the end of a pipe as they come in, and never more than one frame and a chunk."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._held = bytearray()

    def pull(self) -> bool:
        """Read what is there, at least one byte; False at the end of the pipe."""
        try:
            data = read(self._end, _CHUNK)
        except BlockingIOError:
            return True
        self._held += data
        return bool(data)

    def take(self) -> Frame | None:
        """The first frame, once it is complete; raises NoFrame for anything else."""
        if not self._held:
            return None
        head = bytes(self._held[: _HEADER.size])
        if not head.startswith(_MARK[: len(head)]):
            strange = bytes(self._held).partition(_MARK)[0][:_SHOWN]
            raise NoFrame(f"bytes that are no answer: {strange!r}")
        if len(head) < _HEADER.size:
            return None
        _, number, length = _HEADER.unpack(head)
        if length > LONGEST:
            raise NoFrame(f"the beginning of an answer of {length:,} bytes, of which {LONGEST:,} are allowed")
        end = _HEADER.size + length
        if len(self._held) < end:
            return None
        payload = bytes(memoryview(self._held)[_HEADER.size : end])
        del self._held[:end]
        return Frame(number, payload)

    @property
    def is_empty(self) -> bool:
        """True where nothing was read that was not taken."""
        return not self._held


def write(end: int, number: int, payload: bytes, *, timeout: float | None = None) -> None:
    """Write one frame; TimeoutError if nothing is taken for `timeout` seconds, OSError without a reader."""
    left = [memoryview(_HEADER.pack(_MARK, number, len(payload))), memoryview(payload)]
    while left:
        try:
            written = writev(end, left)
        except BlockingIOError:
            if not _has_room(end, timeout):
                raise TimeoutError("the other end of the pipe takes nothing") from None
            continue
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if left:
            left[0] = left[0][written:]


def _has_room(end: int, timeout: float | None) -> bool:
    watched = select.poll()
    watched.register(end, select.POLLOUT)
    return bool(watched.poll(None if timeout is None else timeout * 1000))
