"""The joint verdict on a variant: faster only if it is quicker and sounds no worse, on the same seeds."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import get_args

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.preset import Attempt, JointVerdict, QualityChange
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.readings import by_metric
from tts_baseline.core.registry import metrics
from tts_baseline.core.switches import Equality, SwitchSpec
from tts_baseline.core.verdict import FAILING, MeasuredChange, Verdict
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.verdicts import gating

# What has to be shown to be no worse; other gates refuse where they find a fault, and need not be decided.
NEEDED = ("duration", "words", "snr")
_HEARD = ("quality", "text")
# chosen: speech peaks less than 30 dB above its mean power, so that an error within `bound` of the peak
# everywhere has at least this much less power than the signal.
_CREST_DB = 30.0
_CLASSES: tuple[Equality, ...] = get_args(Equality)  # the most that is promised first
KEPT = 0.1  # chosen: a tenth of a call; smaller gains lie within the noise of single calls


def scaled(limits: Mapping[str, Limit], loss: float) -> dict[str, Limit]:
    """The limits, those of quality multiplied by `loss`: 1 is what the gate allows, 0.5 half of it."""
    families = {metric.spec.key: metric.spec.family for metric in metrics().values()}
    return {
        gate: replace(limit, relative=limit.relative * loss, absolute=limit.absolute * loss)
        if families[gate] == "quality"
        else limit
        for gate, limit in limits.items()
    }


def joint(
    judgement: Judgement, verdicts: Sequence[Verdict], added: Collection[SwitchSpec]
) -> tuple[JointVerdict, tuple[str, ...]]:
    """How a variant stands, with reasons; `added` are the switches that its base lacks.

    Refused where a case is lost, where anything but switches was changed, where a switch breaks its equality
    class, and where a gate on sound or words fails: of a perceptual one not those of likeness (PESQ, STOI).
    Undecided where duration, words or SNR are.
    """
    if refusals := tuple(_refusals(judgement, verdicts, added)):
        return "refused", refusals
    suite = {verdict.gate: verdict for verdict in verdicts if verdict.case is None}
    latency = suite.get("latency")
    if latency is None:
        return "undecided", (judgement.stopped or "nothing was timed",)
    if latency.status == "regressed":
        return "no faster", ("it is slower",)
    if latency.status == "undecided":
        return "undecided", (f"its time could be {_span(latency)}",)
    if latency.status != "improved":
        is_open = paired.may_gain(latency)
        why = (
            "it may be faster by more than the limit, or by less"
            if is_open
            else "faster by less than the limit"
        )
        return "undecided" if is_open else "no faster", (f"{why}: {_span(latency)}",)
    # Where a gate has no change, neither arm can be measured; where the head alone cannot, it is invalid.
    needed = (suite[gate] for gate in NEEDED if gate in suite)
    unheard = [v.gate for v in needed if v.status == "undecided" and v.change is not None]
    if unheard:
        return "undecided", (f"not shown to be no worse: {', '.join(unheard)}",)
    return "faster", ()


def attempt(
    judgement: Judgement,
    verdicts: Sequence[Verdict],
    specs: Mapping[str, SwitchSpec],
    switches: tuple[str, ...],
) -> Attempt:
    """What was found of these switches beside those of the base."""
    beside = judgement.against.optimize
    found, reasons = joint(judgement, verdicts, [specs[name] for name in switches if name not in beside])
    quality = tuple(map(_quality, (v for v in verdicts if v.case is None and v.family in _HEARD)))
    latency = next((v for v in verdicts if v.case is None and v.gate == "latency"), None)
    return Attempt(
        switches=switches,
        beside=beside,
        verdict=found,
        reasons=reasons,
        time=_measured(latency),
        rtf=_rtf(judgement),
        loss=max((each.loss for each in quality if each.loss is not None), default=None),
        quality=quality,
        restarts=len(judgement.restarts),
        seconds=judgement.seconds,
    )


def _refusals(
    judgement: Judgement, verdicts: Sequence[Verdict], added: Collection[SwitchSpec]
) -> Iterator[str]:
    yield from (f"cannot be said: {lost.message}" for lost in judgement.lost)
    for change in judgement.against.changed or ():
        if change.name != "optimize" and not change.name.startswith("switch "):
            yield f"no switch was asked to change {change.name}: {change.before} -> {change.now}"
    yield from _broken_classes(judgement, added)
    yield from _unmeasurable(judgement)
    is_other = any(spec.equality == "perceptual" for spec in added)
    for verdict in gating(v for v in verdicts if v.family in _HEARD):
        if verdict.status in FAILING and not (is_other and _is_likeness(verdict)):
            where = f" ({verdict.case})" if verdict.case else ""
            note = verdict.grounds.message or verdict.grounds.note
            yield f"{verdict.gate} {verdict.status}{where}: {note or _span(verdict)}"


def _broken_classes(judgement: Judgement, added: Collection[SwitchSpec]) -> Iterator[str]:
    """Switches that promised equal samples, or equal ones within rounding, and gave others."""
    sound = judgement.sound
    if sound is None or not added or any(spec.equality == "perceptual" for spec in added):
        return
    other = [case for case in sound.cases if case not in sound.identical]
    names = ", ".join(spec.name for spec in added)
    if all(spec.equality == "bit-exact" for spec in added):
        if other:
            yield f"{names}: promises the same samples, and {len(other)} of {len(sound.cases)} cases differ"
        return
    least = -20 * math.log10(max(spec.bound or 0.0 for spec in added)) - _CREST_DB
    for reading in sound.head:
        if reading.metric != "snr_golden" or reading.case not in other:
            continue
        if reading.value is None or reading.value < least:
            found = reading.reason if reading.value is None else f"{reading.value:.0f} dB"
            yield f"{names}: promises samples within rounding, and {reading.case} differs: {found}"


def _unmeasurable(judgement: Judgement) -> Iterator[str]:
    """Gates that are needed, and have too few of the values that the base has."""
    if judgement.sound is None:
        return
    base, head = (by_metric(readings) for readings in (judgement.sound.base, judgement.sound.head))
    for name, metric in metrics().items():
        spec = metric.spec
        if spec.key not in NEEDED or not spec.min_valid:
            continue
        before = [case for case, reading in base.get(name, {}).items() if reading.value is not None]
        now = [case for case in before if head[name][case].value is not None]
        if len(now) < spec.min_valid * len(before):
            yield f"{spec.key} can be measured in {len(now)} of the {len(before)} cases that the base has"


def _quality(verdict: Verdict) -> QualityChange:
    return QualityChange(
        gate=verdict.gate,
        status=verdict.status,
        baseline=verdict.baseline,
        current=verdict.current,
        change=verdict.change,
        low=verdict.low,
        high=verdict.high,
        loss=_loss(verdict),
    )


def _is_likeness(verdict: Verdict) -> bool:
    """True where a score says how like the base's samples these are: less, where other ones are promised."""
    spec = metrics()[verdict.metric].spec if verdict.metric in metrics() else None
    return spec is not None and spec.golden and spec.better == "higher"


def _loss(verdict: Verdict) -> float | None:
    """The change for the worse as a share of the limit; None of a likeness, which is no loss by itself."""
    if verdict.change is None or not verdict.limit or _is_likeness(verdict):
        return None
    better = metrics()[verdict.metric].spec.better
    worse = abs(verdict.change) if better == "same" else verdict.change * (-1 if better == "higher" else 1)
    return max(0.0, worse / verdict.limit)


def _rtf(judgement: Judgement) -> float | None:
    """The head's real-time factor: the geometric mean over the cases."""
    read = metrics()["rtf"].read
    values = [
        read(Evidence(case=case, calls=calls)).value
        for case in judgement.cases
        if (calls := tuple(r.head.calls[case.id] for r in judgement.restarts if case.id in r.head.calls))
    ]
    known = [math.log(value) for value in values if value]
    return math.exp(fmean(known)) if known else None


def _measured(verdict: Verdict | None) -> MeasuredChange | None:
    if verdict is None or verdict.change is None or verdict.low is None or verdict.high is None:
        return None
    return MeasuredChange(change=verdict.change, low=verdict.low, high=verdict.high)


def _span(verdict: Verdict) -> str:
    """The interval of a verdict as people read it."""
    unit, relative = verdict.unit, verdict.relative
    moved = units.change(verdict.change, unit, relative=relative)
    return f"{moved} {units.interval(verdict.low, verdict.high, unit, relative=relative)}".rstrip()


def kept(time: MeasuredChange, fresh: Sequence[tuple[float, float]]) -> str:
    """Why a gain is none, because it lies in answers that were given before; '' otherwise.

    `fresh` are log ratios, head to base, of single calls with texts that neither arm has ever said: by the
    wall clock and by CPU time. Both have to lack the gain, for other processes disturb the one, and the other
    does not see waiting.
    """
    if not fresh:
        return "no text could be said that was not said before, so that a kept answer would not be seen"
    timed = math.log1p(time.change)
    found = [median(ratios) for ratios in zip(*fresh, strict=True)]
    if all(each - timed > KEPT and each > timed / 2 for each in found):
        again, new = (units.change(each, "s", relative=True) for each in (time.change, math.expm1(found[0])))
        return f"the answer is kept: a text that was said before takes {again}, one that was not {new}"
    return ""


def by_gain(alone: Mapping[str, Attempt], specs: Mapping[str, SwitchSpec]) -> list[str]:
    """The switches whose times are known, the largest gain first.

    Of those that are not shown to be slower than the fastest left, because their intervals meet, the one
    comes first that promises more of the samples: which of two equal ones was faster is noise, and another
    time it would be the other.
    """
    left = {name: attempt.time for name, attempt in alone.items() if attempt.time is not None}
    order: list[str] = []
    while left:
        fastest = min(left.values(), key=lambda time: time.change)
        equal = [name for name, time in left.items() if time.low <= fastest.high]
        order.append(min(equal, key=lambda name: (*_promise(specs[name]), name)))
        del left[order[-1]]
    return order


def _promise(spec: SwitchSpec) -> tuple[int, float]:
    """What a switch promises of the samples, the most first."""
    bound = spec.bound or 0.0
    return _CLASSES.index(spec.equality), -bound if spec.equality == "perceptual" else bound
