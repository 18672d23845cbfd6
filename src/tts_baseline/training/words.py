"""Whether a recording says its text, as far as a recognizer hears it."""

from __future__ import annotations

from tts_baseline.core.errors import MissingExtra
from tts_baseline.pipelines.f5_spanish.text.normalize import normalize


def misheard(spoken: str, heard: str) -> float:
    """The errors a character (0: none) of what was heard, by letters alone: its numbers are read out first.

    Raises MissingExtra without jiwer.
    """
    try:
        import jiwer
    except ImportError as missing:
        raise MissingExtra("what a recognizer hears is compared by jiwer", extra="train") from missing
    return float(jiwer.cer(_letters(spoken), _letters(normalize(heard)[0])))


def _letters(text: str) -> str:
    return " ".join("".join(char if char.isalpha() else " " for char in text.lower()).split())
