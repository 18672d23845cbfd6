"""From the answers of a level to its figures, and from levels to the knee."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from tts_baseline.core.traffic import LoadLevel
from tts_baseline.measure.traffic.answers import Response

# chosen: twice as many clients that bring less than this more find the system busy.
_GAIN = 0.05


def of_closed(answers: Sequence[Response], clients: int, deadline: float | None) -> LoadLevel:
    """The figures of a closed loop.

    Rates are of the answers after the first wave, of one a client, up to the last request that was sent:
    neither the start, when all ask at once, nor the end, when clients run dry, is part of them.
    """
    ended = sorted(answer.ended for answer in answers)
    start = ended[min(clients, len(ended)) - 1]
    stop = max(answer.sent for answer in answers)
    within = [answer for answer in answers if start < answer.ended <= stop]
    return _level(answers, within, stop - start, deadline, clients=clients)


def of_open(answers: Sequence[Response], share: float, offered: float, deadline: float | None) -> LoadLevel:
    """The figures of an open loop; rates are of all answers, from the first arrival to the last answer."""
    seconds = max(answer.ended for answer in answers) - min(answer.intended for answer in answers)
    late = quantile([answer.sent - answer.intended for answer in answers], 0.99)
    return _level(answers, answers, seconds, deadline, share=share, offered=offered, late_s=late)


def is_past_knee(levels: Sequence[LoadLevel]) -> bool:
    """Whether the last of these levels, which have more and more clients, gained next to nothing."""
    before = [level.throughput for level in levels[:-1]]
    return bool(before) and levels[-1].throughput < (1 + _GAIN) * max(before)


def knee(levels: Sequence[LoadLevel]) -> LoadLevel:
    """The level with the fewest clients of those that come within 5 % of the best throughput."""
    best = max(level.throughput for level in levels)
    return next(level for level in levels if level.throughput * (1 + _GAIN) >= best)


def quantile(values: Sequence[float], q: float) -> float:
    """The least of the values that a share `q` of them does not exceed: always one that was measured."""
    return sorted(values)[max(math.ceil(q * len(values)) - 1, 0)]


def _level(
    answers: Sequence[Response],
    within: Sequence[Response],
    seconds: float,
    deadline: float | None,
    *,
    clients: int = 0,
    share: float = 0.0,
    offered: float = 0.0,
    late_s: float = 0.0,
) -> LoadLevel:
    good = [answer for answer in answers if answer.sound is not None]
    counted = [answer for answer in within if answer.sound is not None]
    in_time = [answer for answer in counted if _is_in_time(answer, deadline)]
    latencies = [answer.latency for answer in good]
    first = [answer.first_audio for answer in good if answer.first_audio is not None]
    streams = [answer.sound.stream for answer in good if answer.sound and answer.sound.stream]

    def rate(amount: float) -> float:
        return amount / seconds if seconds > 0 else 0.0

    return LoadLevel(
        clients=clients,
        share=share,
        offered=offered,
        seconds=max(seconds, 0.0),
        requests=len(answers),
        answered=len(good),
        throughput=rate(len(counted)),
        audio=rate(sum(answer.sound.seconds for answer in counted if answer.sound)),
        goodput=rate(len(in_time)),
        late_s=late_s,
        errors=dict(Counter(answer.error for answer in answers if answer.error)),
        p50_s=_percentile(latencies, 50),
        p95_s=_percentile(latencies, 95),
        p99_s=_percentile(latencies, 99),
        first_audio_p50_s=_percentile(first, 50),
        first_audio_p95_s=_percentile(first, 95),
        starved=fmean(stream.starved_s[0] > 0 for stream in streams) if streams else None,
    )


def _percentile(values: Sequence[float], percent: int) -> float | None:
    """A percentile; None of so few values that it is their largest."""
    return quantile(values, percent / 100) if len(values) * (100 - percent) >= 100 else None


def _is_in_time(answer: Response, deadline: float | None) -> bool:
    """Within the deadline; without one, within the seconds of its own audio."""
    if answer.sound is None:
        return False
    return answer.latency <= (answer.sound.seconds if deadline is None else deadline)
