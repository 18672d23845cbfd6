"""Where a change of time is: which stages moved, and in which functions calls spend longer, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tts_baseline.core import units
from tts_baseline.core.verdict import FunctionGrowth, MeasuredChange, Verdict

# chosen: a stage is named as moved where its change is at least a fifth of the largest.
_LOUD = 5


def where(verdict: Verdict) -> str:
    """Which stages moved, and which did not: by mean seconds a call (screen), or by shares (judge).

    Then the functions that grew, and the operators of torch, where a profile was taken.
    """
    grounds = verdict.grounds
    shares, moved = grounds.stage_shares, grounds.stage_seconds
    stages = _by_shares(shares) if shares else _by_seconds(moved)
    return units.joined(stages, grown(grounds.functions), grown(grounds.operator_times))


def grown(functions: Iterable[FunctionGrowth]) -> str:
    """The functions by their growth: 'voice.smooth +14.2 ms a call (31.0 ms -> 45.2 ms)'."""
    return ", ".join(map(_grown, functions))


def _grown(function: FunctionGrowth) -> str:
    change = units.change(function.change_s, "s", relative=False)
    before, now = units.seconds(function.base_s), units.seconds(function.head_s)
    return f"{function.name} {change} a call ({before} -> {now})"


def _by_seconds(moved: Mapping[str, float]) -> str:
    """'model +14.2 ms; text, post within 1.00 ms'."""
    size = max(map(abs, moved.values()), default=0.0)
    if not size:
        return ""
    loud = [name for name in _by_size(moved) if abs(moved[name]) >= size / _LOUD]
    quiet = [name for name in moved if name not in loud]
    named = ", ".join(f"{name} {units.change(moved[name], 's', relative=False)}" for name in loud)
    return named + (f"; {', '.join(quiet)} within {units.seconds(size / _LOUD)}" if quiet else "")


def _by_shares(shares: Mapping[str, MeasuredChange]) -> str:
    """'model +9.1% [+8.2, +10.0] of the whole; text, vocoder unchanged (within 0.4%)'.

    A stage has moved where its interval excludes zero, too.
    """
    changes = {name: share.change for name, share in shares.items()}
    size = max(map(abs, changes.values()), default=0.0)
    if not size:
        return ""
    loud = [
        name
        for name in _by_size(changes)
        if abs(changes[name]) >= size / _LOUD and (shares[name].low > 0 or shares[name].high < 0)
    ]
    quiet = [name for name in shares if name not in loud]
    named = ", ".join(f"{name} {_percent(shares[name])}" for name in loud)
    most = max((max(abs(shares[name].low), abs(shares[name].high)) for name in quiet), default=0.0)
    parts = [f"{named} of the whole" if named else "no stage alone"]
    return "; ".join([*parts, *([f"{', '.join(quiet)} unchanged (within {most:.1%})"] if quiet else [])])


def _by_size(changes: Mapping[str, float]) -> list[str]:
    return sorted(changes, key=lambda name: -abs(changes[name]))


def _percent(share: MeasuredChange) -> str:
    return f"{share.change:+.1%} [{share.low * 100:+.1f}, {share.high * 100:+.1f}]"
