"""The record of one change of what is accepted."""

from __future__ import annotations

from msgspec import field

from tts_baseline.core.bounds import Moment, Sha256, Text
from tts_baseline.core.records import SCHEMA_VERSION, Record


class HistoryEntry(Record, frozen=True, kw_only=True):
    """One change of what is accepted: which files it wrote, and the entries that were the newest before it.

    `parents` are SHA-256 of entries: one, or two where branches met. `files` are paths in the variant's
    folder, each with the SHA-256 of what it holds since; `replaced` has that of what was there before.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    at: Moment
    reason: Text
    parents: tuple[Sha256, ...]
    files: dict[Text, Sha256]
    replaced: dict[Text, Sha256] = field(default_factory=dict)
