"""A gain that another metric paid for is none: a low-pass takes noise away, and the sound with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Status, Verdict

_KEPT: tuple[Status, ...] = ("ok", "improved", "better")


def without_traded(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts; what is `improved` is only `better` where the metric that it declares as `kept` fell."""
    fallen = {(v.metric, v.case) for v in verdicts if v.status not in _KEPT and _is_down(v)}
    return tuple(
        replace(v, status="better", cause="traded")
        if v.status == "improved" and (_kept(v), v.case) in fallen
        else v
        for v in verdicts
    )


def _kept(verdict: Verdict) -> str:
    return metrics()[verdict.metric].spec.kept


def _is_down(verdict: Verdict) -> bool:
    both = verdict.baseline is not None and verdict.current is not None
    return both and (verdict.current or 0.0) < (verdict.baseline or 0.0)
