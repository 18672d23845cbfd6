"""Reads an answer's body: no more than a limit, and exactly what its headers declare."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.http.endpoint import TABLE

_BLOCK = 1 << 16
_REFUSAL_BYTES = 1 << 16  # chosen: more than any error message


def body(response: HTTPResponse, most: int) -> tuple[bytes, float]:
    """The body of an answer, and when its first byte arrived, by perf_counter.

    Raises RequestFailed for a body of more than `most` bytes, and for one that contradicts the headers; what
    http.client raises for a lost connection.
    """
    received = io.BytesIO()
    first_byte = 0.0
    for piece in pieces(response, most):
        first_byte = first_byte or time.perf_counter()
        received.write(piece)
    return received.getvalue(), first_byte or time.perf_counter()


def pieces(response: HTTPResponse, most: int) -> Iterator[bytes]:
    """The body of an answer in pieces as they arrive; raises as `body` does, at the piece where it shows."""
    declared = declared_length(response)
    if declared is not None and declared > most:
        raise _too_long(f"{declared:,} bytes", most)
    arrived = 0
    while piece := _next(response):
        arrived += len(piece)
        if arrived > most:
            raise _too_long(f"more than {most:,} bytes", most)
        yield piece
    response.read()  # an answer that was read to its end is closed by this
    if declared is not None and arrived != declared:
        what = "the server's answer is cut off" if arrived < declared else "the Content-Length is not true"
        raise RequestFailed(f"{what}: {declared:,} bytes are declared, and {arrived:,} arrived")


def refusal(response: HTTPResponse) -> bytes:
    """What a server says that refuses: as much as arrives of its first 64 KiB."""
    received = io.BytesIO()
    try:
        while received.tell() < _REFUSAL_BYTES and (piece := response.read1(_REFUSAL_BYTES)):
            received.write(piece)
    except (OSError, HTTPException):
        pass  # the status says more than a connection that broke after it
    return received.getvalue()[:_REFUSAL_BYTES]


def declared_length(response: HTTPResponse) -> int | None:
    """The Content-Length, or None; RequestFailed for headers that leave the end of the body in doubt."""
    coding = ", ".join(response.headers.get_all("Transfer-Encoding", []))
    if coding.lower() not in ("", "chunked"):
        raise RequestFailed("the answer has a Transfer-Encoding other than chunked, which was not asked for")
    stated = {
        value.strip() for text in response.headers.get_all("Content-Length", []) for value in text.split(",")
    }
    if len(stated) > 1:
        raise RequestFailed(f"the answer has {len(stated)} values of Content-Length that differ")
    length = stated.pop() if stated else None
    if length is not None and not (length.isascii() and length.isdecimal() and len(length) < 20):
        raise RequestFailed("the answer's Content-Length is no number of bytes")
    return None if length is None else int(length)


def _next(response: HTTPResponse) -> bytes:
    left = response.length
    if left is None:
        return response.read1(_BLOCK)
    if left == 1 and len(response.peek(2)) > 1:
        raise RequestFailed("the Content-Length is not true: more bytes arrived than it declares")
    # The last byte is left for the next time, so that a byte after it shows.
    return response.read1(min(_BLOCK, max(left - 1, 1))) if left else b""


def _too_long(what: str, most: int) -> RequestFailed:
    return RequestFailed(
        f"the server's answer has {what}, and max_answer_bytes is {most:,}",
        hint=f"raise max_answer_bytes in {TABLE}, if so much sound is expected",
    )
