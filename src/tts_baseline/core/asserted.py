"""What tests have asked to be read out, and what was read: the record of it, accepted or pending."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from tts_baseline.core import bounds
from tts_baseline.core.records import SCHEMA_VERSION, Record


class AssertedText(Record, frozen=True, kw_only=True):
    """A text that a test gave to `tts_reading`, its region, and what was read out."""

    text: str
    region: str
    spoken: Annotated[str, Meta(max_length=bounds.LONGEST_TEXT)]


class AssertedTexts(Record, frozen=True, kw_only=True):
    """What is read out in tests of a pipeline, by their node ids; `reason` is why it was accepted last."""

    version: int = field(default=SCHEMA_VERSION, name="schema")
    pipeline: bounds.Text
    tests: dict[bounds.Text, tuple[AssertedText, ...]] = field(default_factory=dict)
    reason: str = ""
    author: str = ""
