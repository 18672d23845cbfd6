"""How fast a process ran, by the reference computation beside its calls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Protocol


class _Timed(Protocol):
    @property
    def reference_s(self) -> Sequence[float]: ...


class _Process(Protocol):
    @property
    def calls(self) -> Mapping[str, _Timed]: ...


def speed(process: _Process) -> float:
    """How long the reference computation took (natural log): the mean over cases, 0 without any."""
    return fmean([math.log(median(calls.reference_s)) for calls in process.calls.values()] or [0.0])
