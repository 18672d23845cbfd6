"""What the judge measured: restarts of two arms (base and head) whose calls alternate."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from tts_baseline.core.bounds import Commit, Moment, Natural, Part, Seconds
from tts_baseline.core.profile import PairedProfile
from tts_baseline.core.records import SCHEMA_VERSION, Case, Failure, Reading, Record, Replicate
from tts_baseline.core.verdict import Change


class Paired(Record, frozen=True, kw_only=True):
    """One restart of two arms, a fresh process of each.

    `orders` gives, by case, the arm of each call in order of time: 'ABBABAAB' (A: base, B: head).
    `dropped` counts the quads that were left out because the device was throttled. `stolen` is the share of
    requested CPU time that the host of a virtual machine gave to others.
    """

    base: Replicate
    head: Replicate
    orders: dict[str, str]
    dropped: Natural = 0
    stolen: Part = 0.0


class Against(Record, frozen=True, kw_only=True):
    """What a run was compared with: a name for people, the commit, and the switches that were on.

    `code` is False if both arms ran the same files, so that only settings can differ. `shared` names the
    files that both arms read because git does not track them. `changed` lists the settings that differ
    between the arms, base first; None if they were not compared.
    """

    name: str
    commit: Commit | None = None
    optimize: tuple[str, ...] = ()
    code: bool = True
    shared: tuple[str, ...] = ()
    changed: tuple[Change, ...] | None = None


class PairedSound(Record, frozen=True, kw_only=True):
    """How both arms sound: the quality readings of each case, by arm; `values` are pairs, one a restart.

    The base's utterance is the golden of both arms. `identical` names the cases with equal samples in both.
    """

    base: tuple[Reading, ...]
    head: tuple[Reading, ...]
    identical: tuple[str, ...]
    cases: tuple[str, ...]


class PairedText(Record, frozen=True, kw_only=True):
    """What each arm read out of a case: every text that it told, once; none where it does not tell."""

    base: tuple[str, ...] = ()
    head: tuple[str, ...] = ()


class Judgement(Record, frozen=True, kw_only=True):
    """The judge's restarts, and what was compared; `lost` are the cases that an arm could not speak.

    `asked` is True if the user named the revision. `stopped` says why measuring ended before every verdict
    was clear, `certified` what this machine's certificate says. `again` counts restarts that were repeated
    because the host gave their CPU time to others. `sound` is None where nobody listened.
    `texts` is, by case, what was read out. `profile` is None where no call got slower, or none was taken.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    created: Moment
    commit: Commit | None
    dirty: bool
    against: Against
    cases: Annotated[tuple[Case, ...], Meta(min_length=1)]
    restarts: tuple[Paired, ...]
    seconds: Seconds
    asked: bool = False
    together: bool = True
    lost: tuple[Failure, ...] = ()
    stopped: str = ""
    certified: str = ""
    again: Natural = 0
    sound: PairedSound | None = None
    texts: dict[str, PairedText] = field(default_factory=dict)
    profile: PairedProfile | None = None
