"""What the judge measured: restarts of two arms, whose calls took turns."""

from __future__ import annotations

from msgspec import field

from tts_baseline.core.records import SCHEMA_VERSION, Case, Failure, Reading, Record, Replicate
from tts_baseline.core.verdict import Change


class Paired(Record, frozen=True, kw_only=True):
    """One restart of two arms, a fresh process of each.

    `orders` says for each case which arm each call was of, in time: 'ABBABAAB' (A: base, B: head).
    `dropped` counts quads that were left out because the device was throttled, `stolen` is the share of the
    wanted CPU time that the host of a virtual machine gave to others.
    """

    base: Replicate
    head: Replicate
    orders: dict[str, str]
    dropped: int = 0
    stolen: float = 0.0


class Against(Record, frozen=True, kw_only=True):
    """What a run was compared with: a name for people, the commit, and the switches that were on.

    `code` is False where both arms ran the same files, so that only settings can make a difference.
    `shared` names the files that both arms read because git does not hold them. `changed` is what the arms
    are configured with differently, base first; None where nobody looked.
    """

    name: str
    commit: str | None = None
    optimize: tuple[str, ...] = ()
    code: bool = True
    shared: tuple[str, ...] = ()
    changed: tuple[Change, ...] | None = None


class Judgement(Record, frozen=True, kw_only=True):
    """A judge's restarts and what they are of; `lost` are cases that an arm could not say.

    `asked` says that the user named what to compare with, `stopped` why it ended before every verdict was in,
    `certified` what this machine's certificate said, and `again` counts restarts that were measured again
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
    """How both arms sound: every quality reading of each case's first utterance, by arm.

    Metrics that need a golden take the base's utterance, for both arms. `identical` names the cases in which
    both arms gave the same samples.
    """

    base: tuple[Reading, ...]
    head: tuple[Reading, ...]
    identical: tuple[str, ...]
    cases: tuple[str, ...]
