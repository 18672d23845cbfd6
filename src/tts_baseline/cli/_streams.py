"""The streams of a command, and its only way to them: whatever they can show, and whoever reads them."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from tts_baseline.core import streams
from tts_baseline.core.outside import json_text, terminal


def say(text: str) -> None:
    """Print lines of the result."""
    write(sys.stdout, f"{terminal(text, colors=has_colors())}\n")


def say_json(page: str) -> None:
    """Print a result that machines read: the same in any encoding."""
    write(sys.stdout, f"{json_text(page)}\n")


def complain(text: str) -> None:
    """Print what went wrong, on standard error."""
    write(sys.stderr, f"{terminal(text)}\n")


def has_colors() -> bool:
    """Whether standard output shows colors."""
    return streams.has_colors(sys.stdout, os.environ)


def write(stream: TextIO | None, text: str) -> None:
    """Write text that is fit for terminals, in the characters that the stream has.

    A reader that has left (`| head`) does not end the command, whose work and exit status stay what they
    are. Raises OSError for a stream that cannot be written to, such as a file on a full disk.
    """
    if stream is None:
        return
    try:
        stream.write(streams.spelled(text, stream.encoding))
        stream.flush()
    except BrokenPipeError:
        _forget(stream)
    except OSError:
        _forget(stream)
        raise


def open_closed() -> None:
    """Open standard streams that were closed (`>&-`), so that no file of ours gets their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _forget(stream: TextIO) -> None:
    """Let the rest of a stream go nowhere: what is in its buffer would fail again when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
