"""What our pipeline says for a text, as its plan tells before any model is loaded."""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish.planning import preview
from tts_baseline.pipelines.f5_spanish.settings import F5Settings, read

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.plan import TextPlan

_WORD = re.compile(r"[^\W_]+")


class Refused(Exception):
    """A text that the pipeline would not say, and why."""


def plan(written: str, region: str, *, breath_s: float = 12.0) -> TextPlan:
    """The plan of a text, with every stage of text switched on; Refused where there is none."""
    try:
        return preview(Request(text=written, region=region), _settings(breath_s), root=Path())
    except (TtsBaselineError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def words(text: str) -> list[str]:
    """The words of a text in small letters, without marks: what two readings are compared by."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


@functools.cache
def _settings(breath_s: float) -> F5Settings:
    return read({"preset": "expressive", "breath_s": breath_s})
