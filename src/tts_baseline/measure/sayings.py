"""What an error says of a worker: its last words, and what it was asked."""

from __future__ import annotations

from tts_baseline.measure.protocol import Gauge, Serve, Start, ToWorker, Trace

_LOG_TAIL = 12  # chosen: lines of the log in an error message
_LINE = 300  # chosen: characters of them
_FRAMES = 3  # chosen: frames of the traceback in an error message


def last_words(lines: list[str]) -> str:
    """Where in its own code it was stuck, or the last that it printed."""
    stuck = [line.strip() for line in lines if line.lstrip().startswith('File "')]
    theirs = [line for line in stuck if "tts_baseline/measure" not in line]
    if theirs:
        return " < ".join(theirs[:_FRAMES])
    return " | ".join(line for line in lines[-_LOG_TAIL:] if line.strip())[-_LINE:]


def titled(message: ToWorker) -> str:
    """What it was asked, as a title for what is kept of it."""
    if isinstance(message, Start):
        return "loading"
    first = message.requests[0] if isinstance(message, Serve | Trace | Gauge) else message.request
    return f"the text {first.text!r}"
