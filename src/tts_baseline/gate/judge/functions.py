"""Which functions and operators grew, by the profile of two arms: what a call spends in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.core.profile import PairedProfile
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FunctionGrowth, Verdict

_NAMED = 3  # chosen: what fits a line
_LOUD = 5  # chosen: a function is named where it grew by at least a fifth of what the first did, as stages


def named(verdicts: Sequence[Verdict], profile: PairedProfile | None) -> tuple[Verdict, ...]:
    """The verdicts; those on whole calls that regressed have the functions that grew most."""
    if profile is None:
        return tuple(verdicts)
    grew, operators = loudest(growth(profile)), loudest(operator_growth(profile))
    return tuple(
        replace(v, grounds=replace(v.grounds, functions=grew, operator_times=operators))
        if v.status == "regressed" and metrics()[v.metric].spec.has_stages
        else v
        for v in verdicts
    )


def growth(profile: PairedProfile) -> tuple[FunctionGrowth, ...]:
    """Every function by seconds a call, base and head, the largest growth first.

    What is spent in code that is installed belongs to the function of the project that called it.
    """
    own = frozenset(profile.own)
    base: Counter[str] = Counter()
    head: Counter[str] = Counter()
    for stack in profile.stacks:
        name = _charged(stack.functions, own)
        base[name] += stack.base_s  # type: ignore[assignment]
        head[name] += stack.head_s  # type: ignore[assignment]
    return _by_growth({name: (base[name], head[name]) for name in {*base, *head}})


def operator_growth(profile: PairedProfile) -> tuple[FunctionGrowth, ...]:
    """Every operator of torch by seconds a call, base and head, the largest growth first."""
    return _by_growth({each.name: (each.base_s, each.head_s) for each in profile.operators})


def _by_growth(spent: Mapping[str, tuple[float, float]]) -> tuple[FunctionGrowth, ...]:
    names = sorted(spent, key=lambda name: (spent[name][0] - spent[name][1], name))
    return tuple(FunctionGrowth(name=name, base_s=spent[name][0], head_s=spent[name][1]) for name in names)


def loudest(grew: Sequence[FunctionGrowth]) -> tuple[FunctionGrowth, ...]:
    """Those that grew, as far as they grew at least a fifth as much as the first; three at most."""
    most = grew[0].change_s if grew else 0.0
    return tuple(each for each in grew[:_NAMED] if each.change_s > 0 and each.change_s >= most / _LOUD)


def _charged(functions: Sequence[str], own: Collection[str]) -> str:
    return next((name for name in reversed(functions) if name.partition(".")[0] in own), functions[-1])
