"""What a pipeline held after each of many requests in one process."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tts_baseline.core import bounds


class Allocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of code, such as 'voice.py:12 in synthesize', and what it allocated and kept, a request."""

    where: bounds.Text
    bytes: bounds.NotNegative


class Soak(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bytes that one process held after each request; none where the system does not tell.

    held:  the unique set size, which comes free if the process ends; of a program outside, nothing.
    warm:  how many of the first requests fill what is kept between requests on purpose.
    peak:  the most resident bytes.
    lines: which lines allocated what was kept, most first; empty where nobody asked.
    """

    held: tuple[bounds.Natural, ...]
    warm: bounds.Natural
    peak: Annotated[int, Meta(ge=0)] | None = None
    lines: tuple[Allocation, ...] = ()
