"""What all gates share: a verdict's first fields, and the correction for many cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.verdict import Status, Verdict
from tts_baseline.stats.multiplicity import holm


def blank(spec: MetricSpec, *, relative: bool = True) -> Verdict:
    """What all verdicts of this metric have in common, for `replace` by those of thousands of cases."""
    return draft(spec, None, "ok", relative=relative)


def draft(
    spec: MetricSpec, case: str | None, status: Status, *, relative: bool = True, **fields: Any
) -> Verdict:
    """A verdict of this metric on a case (None: the suite); its change is a share where `relative`."""
    return Verdict(
        gate=spec.key,
        metric=spec.name,
        family=spec.family,
        case=case,
        status=status,
        unit=spec.unit,
        relative=relative,
        **fields,
    )


def corrected(cases: Sequence[Verdict], p_values: Sequence[float], alpha: float) -> list[Verdict]:
    """Cases stay `regressed` only where Holm's procedure rejects at one error rate for all of them."""
    rejected = holm(p_values, alpha)
    return [
        replace(v, status="undecided", cause="many cases", grounds=replace(v.grounds, of=len(cases)))
        if v.status == "regressed" and not is_rejected
        else v
        for v, is_rejected in zip(cases, rejected, strict=True)
    ]
