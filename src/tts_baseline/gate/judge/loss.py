"""The held-out loss of two checkpoints, on the same draws: has one forgotten what the other knows?"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from statistics import fmean, stdev
from typing import Any

from tts_baseline.core.evaluation import Loss
from tts_baseline.core.verdict import Grounds, Status, Verdict
from tts_baseline.stats.estimate import ALPHA, Estimate

GATE = "loss"
# chosen: a small voice's loss fell by 4 % while it went from a murmur to single words that are right
LIMIT = 0.02


def of_clips(losses: Mapping[str, float], clips: Collection[str]) -> Loss:
    """The mean loss of these clips, with its interval over them."""
    estimate = _estimate([losses[clip] for clip in clips])
    low, high = estimate.interval()
    return Loss(mean=estimate.change, low=low, high=high, clips=len(clips))


def decide(
    base: Mapping[str, float], head: Mapping[str, float], clips: Collection[str], *, share: float
) -> Verdict:
    """The verdict on the loss of the head, by the pairs of these clips, at this share of the error rates.

    Changes are shares of the base's mean loss, whose interval is over the clips. A loss that is no number is
    `invalid`.
    """
    before, now = (fmean(losses[clip] for clip in clips) for losses in (base, head))
    if not math.isfinite(now):
        return _verdict("invalid", cause="no value", grounds=Grounds(message=f"the loss is {now}"))
    if not math.isfinite(before):
        return _verdict("not comparable", cause="no value", grounds=Grounds(message=f"it was {before}"))
    estimate = _estimate([(head[clip] - base[clip]) / before for clip in clips])
    low, high = estimate.interval(ALPHA * share)
    status = _side(low, high)
    return _verdict(
        status, cause="between" if status == "undecided" else "median",
        baseline=before, current=now, change=estimate.change, low=low, high=high, limit=LIMIT,
        grounds=Grounds(valid=len(clips), of=len(clips)),
    )  # fmt: skip


def _verdict(status: Status, **fields: Any) -> Verdict:
    return Verdict(
        gate=GATE, metric=GATE, family="quality", case=None, unit="1", relative=True,
        status=status, decided_by="judge", **fields,
    )  # fmt: skip


def _side(low: float, high: float) -> Status:
    if low > LIMIT:
        return "regressed"
    if high < -LIMIT:
        return "improved"
    return "undecided" if high > LIMIT else "ok"


def _estimate(values: list[float]) -> Estimate:
    count = len(values)
    error = stdev(values) / math.sqrt(count) if count > 1 else math.inf
    return Estimate(fmean(values), error, max(count - 1.0, 1.0))
