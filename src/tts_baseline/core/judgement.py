"""What the judge measured: restarts of two arms (base and head) whose calls alternate."""

from __future__ import annotations

from msgspec import field

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
    dropped: int = 0
    stolen: float = 0.0


class Against(Record, frozen=True, kw_only=True):
    """What a run was compared with: a name for people, the commit, and the switches that were on.

    `code` is False if both arms ran the same files, so that only settings can differ. `shared` names the
    files that both arms read because git does not track them. `changed` lists the settings that differ
    between the arms, base first; None if they were not compared.
    """

    name: str
    commit: str | None = None
    optimize: tuple[str, ...] = ()
    code: bool = True
    shared: tuple[str, ...] = ()
    changed: tuple[Change, ...] | None = None


class Judgement(Record, frozen=True, kw_only=True):
    """The judge's restarts, and what was compared; `lost` are the cases that an arm could not speak.

    `asked` is True if the user named the revision. `stopped` says why measuring ended before every verdict
    was clear, `certified` what this machine's certificate says. `again` counts restarts that were repeated
    because the host gave their CPU time to others.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    created: str
    commit: str | None
    dirty: bool
    against: Against
    cases: tuple[Case, ...]
    restarts: tuple[Paired, ...]
    seconds: float
    asked: bool = False
    together: bool = True
    lost: tuple[Failure, ...] = ()
    stopped: str = ""
    certified: str = ""
    again: int = 0


class PairedSound(Record, frozen=True, kw_only=True):
    """The quality readings of each case's first utterance, by arm.

    The base's utterance is the golden of both arms. `identical` names the cases with equal samples in both.
    """

    base: tuple[Reading, ...]
    head: tuple[Reading, ...]
    identical: tuple[str, ...]
    cases: tuple[str, ...]
