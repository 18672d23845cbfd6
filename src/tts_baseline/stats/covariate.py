"""How much of one quantity's drift another one explains: a control variate's slope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean


def pooled_slope(groups: Iterable[tuple[Sequence[float], Sequence[float]]]) -> float:
    """The least-squares slope of y on x within groups (each centred on its own means), in [0, 1].

    0 where x does not vary. The control-variate coefficient of Deng et al., "Improving the
    Sensitivity of Online Controlled Experiments" (CUPED), WSDM 2013, equation 4.
    """
    above = below = 0.0
    for xs, ys in groups:
        if len(xs) < 2:
            continue
        mean_x, mean_y = fmean(xs), fmean(ys)
        above += sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
        below += sum((x - mean_x) ** 2 for x in xs)
    return min(max(above / below, 0.0), 1.0) if below > 0 else 0.0
