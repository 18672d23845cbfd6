"""A preset: the switches that made a pipeline faster on a machine, with all that was tried on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import field

from tts_baseline.core.bounds import Commit, Moment, Name, Natural, NotNegative, Seconds, Text
from tts_baseline.core.records import SCHEMA_VERSION, Environment, Record
from tts_baseline.core.verdict import MeasuredChange

# faster:    beyond the limit of latency, and no worse in what was heard.
# no faster: not shown to be faster by the limit, or slower.
# undecided: the judge could not tell, of the time or of the sound.
# refused:   worse in what was heard, or not what was asked for: `reasons`.
# unfit:     not on this machine, or it could not be measured: `reasons`.
JointVerdict = Literal["faster", "no faster", "undecided", "refused", "unfit"]


class QualityChange(Record, frozen=True, kw_only=True):
    """One quality gate's suite: both values, and the change with its interval, in the unit of its verdict.

    `loss` is the change for the worse as a share of the gate's limit; None where it is unknown, or no loss.
    """

    gate: Text
    status: Text
    baseline: float | None = None
    current: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    loss: NotNegative | None = None


class Attempt(Record, frozen=True, kw_only=True):
    """Some switches beside others, by the judge: `time` is the change of the latency, as a share.

    `loss` is the largest of any quality gate, as a share of its limit. `judged` is the folder that holds it.
    """

    switches: tuple[Text, ...]
    beside: tuple[Text, ...] = ()
    verdict: JointVerdict
    reasons: tuple[str, ...] = ()
    time: MeasuredChange | None = None
    rtf: NotNegative | None = None
    loss: NotNegative | None = None
    quality: tuple[QualityChange, ...] = ()
    restarts: Natural = 0
    seconds: Seconds = 0.0
    judged: str = ""


class Preset(Record, frozen=True, kw_only=True):
    """Switches under one name, for `--tts-optimize NAME`; `attempts` are why it holds these and no others.

    `asked` is what it was made under: target, quality loss, limits. `stopped` says why it ended.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    name: Name
    created: Moment
    pipeline: Text
    device: Literal["cpu", "cuda"]
    switches: tuple[Text, ...]
    commit: Commit | None
    dirty: bool
    environment: Environment
    proofs: dict[str, str] = field(default_factory=dict)
    suite: str
    cases: tuple[Name, ...]
    asked: dict[str, str] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    stopped: str = ""
    seconds: Seconds = 0.0

    @property
    def proven(self) -> Attempt | None:
        """The attempt of exactly these switches beside none; None where none was."""
        return proven(self.attempts, self.switches)


def proven(attempts: Iterable[Attempt], switches: tuple[str, ...]) -> Attempt | None:
    """The attempt of exactly these switches beside none; None where none was."""
    return next((each for each in attempts if each.switches == switches and not each.beside), None)
