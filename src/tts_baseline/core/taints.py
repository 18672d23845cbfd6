"""Which accepted runs have left the speed baseline, and why."""

from __future__ import annotations

from msgspec import field

from tts_baseline.core.bounds import Moment, Name, Text
from tts_baseline.core.records import SCHEMA_VERSION, Record


class Taint(Record, frozen=True, kw_only=True):
    """Why a run left, who said so, and when."""

    reason: Text
    author: str
    at: Moment


class Taints(Record, frozen=True, kw_only=True):
    """The accepted runs of a variant, on all machines, whose times and sizes nothing is compared with.

    Their files stay as they were accepted: a run that leaves this list is back.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    pipeline: Text
    variant: Text
    runs: dict[Name, Taint]
