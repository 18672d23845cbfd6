"""Where the calls of two arms spend their time, function by function."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tts_baseline.core.bounds import Natural, Seconds
from tts_baseline.core.records import Record

DEEPEST = 200  # chosen: functions of a stack; what lies deeper recurs
FunctionName = Annotated[str, Meta(min_length=1)]


class Stack(Record, frozen=True, kw_only=True):
    """Functions that call each other, outermost first; seconds a call spends in the last itself, by arm."""

    functions: Annotated[tuple[FunctionName, ...], Meta(min_length=1, max_length=DEEPEST)]
    base_s: Seconds
    head_s: Seconds


class OperatorTime(Record, frozen=True, kw_only=True):
    """Seconds a call spends in an operator of torch itself, by arm."""

    name: FunctionName
    base_s: Seconds
    head_s: Seconds


class PairedProfile(Record, frozen=True, kw_only=True):
    """The stacks of both arms, from so many calls of each; `own` are the packages that are not installed.

    `operators` are of other calls, by torch's profiler; none where a pipeline does not use torch.
    """

    cases: tuple[str, ...]
    calls: Natural
    stacks: tuple[Stack, ...]
    own: tuple[str, ...]
    operators: tuple[OperatorTime, ...] = ()
