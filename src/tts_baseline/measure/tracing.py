"""Allocations of requests, written to a file by memray."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable

from tts_baseline.core.records import Request
from tts_baseline.measure.protocol import Trace


def trace(speak: Callable[[Request], object], message: Trace) -> None:
    """Answer the requests while memray writes all allocations to the message's file."""
    memray = importlib.import_module("memray")
    with memray.Tracker(message.file, trace_python_allocators=True):
        for request in message.requests:
            speak(request)
        gc.collect()  # what waits for it is not kept
