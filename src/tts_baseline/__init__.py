"""Measure a text-to-speech pipeline, compare with versioned baselines, fail the build on a regression."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # `typing` itself would be a quarter of what a supervisor imports
if TYPE_CHECKING:
    from typing import Any

    from tts_baseline.core.errors import TtsBaselineError
    from tts_baseline.core.records import Case, Phone, Request, Utterance

__all__ = ["Case", "Phone", "Request", "TtsBaselineError", "Utterance"]

_ROOMS = dict.fromkeys(("Case", "Phone", "Request", "Utterance"), "tts_baseline.core.records")


def __getattr__(name: str) -> Any:
    # Lazy, because pytest imports this package in every project where it is installed.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS.get(name, "tts_baseline.core.errors")), name)
