"""A voice's certificate of sound: faults planted in its goldens, and what the gate said of them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from tts_baseline.core.bounds import Commit, Moment, Name, Natural, Number, Sessions, Sha256, Text
from tts_baseline.core.records import SCHEMA_VERSION, Record

# In all sentences of the suite, in a quarter of them, in a single one.
Extent = Literal["all", "quarter", "one"]
# The harmless change that is spoken, not planted.
ANOTHER_SEED = "another seed"


class Catches(Record, frozen=True, kw_only=True):
    """One fault of one strength: how many of the builds that had it failed, and by which gates.

    `sentences` have a place for it; `named` counts the builds that failed by a gate whose name says what it
    is. `shown` is the strength as people write it.
    """

    fault: Text
    strength: Number
    shown: Text
    extent: Extent
    sentences: Natural
    builds: Sessions
    caught: Natural
    named: Natural
    gates: dict[Text, Natural]


class Alarms(Record, frozen=True, kw_only=True):
    """One harmless change: how many of the builds that had it failed, and by which gates."""

    change: Text
    builds: Sessions
    alarms: Natural
    gates: dict[Text, Natural]


class SoundCertificate(Record, frozen=True, kw_only=True):
    """What the gate of sound catches of a voice, under its limits.

    goldens: the SHA-256 of the SHA-256 of the recordings of `cases`, in which the faults were planted.
    limits:  those that were in force, gate by gate, as people write them.
    tool:    the version of this project that planted and judged.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    created: Moment
    pipeline: Text
    variant: Text
    suite: str
    cases: Annotated[tuple[Name, ...], Meta(min_length=1)]
    commit: Commit | None
    dirty: bool
    tool: Text
    goldens: Sha256
    limits: dict[Text, Text]
    faults: Annotated[tuple[Catches, ...], Meta(min_length=1)]
    harmless: tuple[Alarms, ...]
