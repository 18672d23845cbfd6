"""The scale that ratios are judged on: logarithms of which the larger is the worse, and back to values."""

from __future__ import annotations

import math

from msgspec import Struct

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.gate.limits import Limit

_WHOLE = 0.99  # chosen: a limit that lets all of a value go is as good as none


class Scale(Struct, frozen=True):
    """Logarithms of a metric; of one of which more is better (`sign` is -1), their negatives."""

    sign: int

    @classmethod
    def of(cls, spec: MetricSpec) -> Scale:
        """The scale of a metric."""
        return cls(-1 if spec.better == "higher" else 1)

    def log(self, value: float) -> float:
        """A value on the scale."""
        return self.sign * math.log(value)

    def value(self, log: float) -> float:
        """What is at a place of the scale."""
        return math.exp(self.sign * log)

    def share(self, change: float) -> float:
        """A change on the scale as a share of the value: positive where the value grew."""
        return math.expm1(self.sign * change)

    def shares(self, low: float, high: float) -> tuple[float, float]:
        """Bounds of a change as shares of the value, the lower first."""
        first, last = self.share(low), self.share(high)
        return (first, last) if self.sign > 0 else (last, first)

    def bound(self, limit: Limit, log: float) -> float:
        """How far a limit goes from this place of the scale on."""
        if self.sign > 0:
            return limit.log_of(self.value(log))
        return -math.log1p(-min(limit.share_of(self.value(log)), _WHOLE))
