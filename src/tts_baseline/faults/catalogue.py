"""Every fault, and every harmless change."""

from __future__ import annotations

from tts_baseline.faults import melody, signal, words
from tts_baseline.faults.harmless import HARMLESS

FAULTS = (*signal.FAULTS, *words.FAULTS, *melody.FAULTS)

__all__ = ["FAULTS", "HARMLESS"]
