"""Runs one process to its end: what it is given, what it writes, and never longer or more than allowed."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import IO, NamedTuple

from tts_baseline.core.errors import RequestFailed

_BLOCK = 1 << 16
_HEARD_OF_ERRORS = 1 << 16  # chosen: more than any message; the end of it is kept


class Exit(NamedTuple):
    """How a process ended: its exit status (below 0: that signal), what it wrote, and its last errors."""

    status: int
    written: bytes
    errors: bytes


def run(command: Sequence[bytes], given: bytes, *, timeout: float, most: int) -> Exit:
    """The end of a process that was handed `given` on its standard input.

    It has a process group of its own, of which nothing is left afterwards.

    Raises RequestFailed where it cannot be started, runs longer than `timeout` seconds, or writes more than
    `most` bytes.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RequestFailed(f"the command cannot be started: {reason}") from error
    with process:
        try:
            return _finished(process, given, time.monotonic() + timeout, most)
        finally:
            _kill(process)


def _finished(process: subprocess.Popen[bytes], given: bytes, end: float, most: int) -> Exit:
    assert process.stdin
    assert process.stdout
    assert process.stderr
    written, errors, left = bytearray(), bytearray(), memoryview(given)
    pipes: dict[int, IO[bytes]] = {}
    with selectors.DefaultSelector() as selector:
        for pipe, event, heard in (
            (process.stdin, selectors.EVENT_WRITE, None),
            (process.stdout, selectors.EVENT_READ, written),
            (process.stderr, selectors.EVENT_READ, errors),
        ):
            os.set_blocking(pipe.fileno(), False)
            pipes[selector.register(pipe, event, heard).fd] = pipe
        while pipes:
            ready = selector.select(max(0.0, end - time.monotonic()))
            if time.monotonic() >= end:
                raise _late(process)
            for key, _ in ready:
                if key.data is None:
                    left = _fed(key.fd, left)
                    is_open = bool(left)
                else:
                    is_open = _heard(key.fd, key.data)
                if not is_open:
                    selector.unregister(key.fileobj)
                    pipes.pop(key.fd).close()
            if len(written) > most:
                raise RequestFailed(
                    f"the command wrote more than {most:,} bytes, which is max_answer_bytes",
                    hint="raise max_answer_bytes, if so much sound is expected",
                )
            del errors[:-_HEARD_OF_ERRORS]
    try:
        status = process.wait(max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise _late(process) from None
    return Exit(status, bytes(written), bytes(errors))


def _fed(descriptor: int, left: memoryview) -> memoryview:
    """What is still to be handed over; nothing where the process reads no more."""
    try:
        return left[os.write(descriptor, left[:_BLOCK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        return left[:0]


def _heard(descriptor: int, heard: bytearray) -> bool:
    """Whether there may be more to hear; what has come is added."""
    piece = os.read(descriptor, _BLOCK)
    heard += piece
    return bool(piece)


def _late(process: subprocess.Popen[bytes]) -> RequestFailed:
    if process.poll() is None:
        return RequestFailed("the command was still running at its timeout, and was killed")
    return RequestFailed("the command ended, but what it started held its output until the timeout")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
