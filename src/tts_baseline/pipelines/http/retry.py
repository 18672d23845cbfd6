"""How long a server that is busy asks to wait."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

# What OpenAI's own client waits if the server does not say, less jitter (openai-python, _constants.py).
_FIRST_S, _LONGEST_S = 0.5, 8.0


def pause_s(headers: Message, attempt: int) -> float:
    """Seconds to wait after the attempt of that number, from 0: what Retry-After asks for, or 0 if less.

    It is a number, also a fraction, or a date, which is compared with the server's own clock. Without it, or
    if it is unreadable: 0.5 s, twice as long after each attempt, 8 s at most.
    """
    after = str(headers.get("Retry-After", ""))
    asked = _seconds(after)
    if asked is None:
        asked = _until(after, str(headers.get("Date", "")))
    return min(_FIRST_S * 2**attempt, _LONGEST_S) if asked is None else max(asked, 0.0)


def _seconds(after: str) -> float | None:
    try:
        seconds = float(after)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _until(after: str, now: str) -> float | None:
    date = _date(after)
    return None if date is None else (date - (_date(now) or datetime.now(UTC))).total_seconds()


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
