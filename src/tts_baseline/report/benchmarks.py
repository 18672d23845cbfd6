"""Verdicts on benchmarks of pytest-benchmark, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tts_baseline.core.units import value
from tts_baseline.gate.benchmarks import RoundsVerdict

_ALL = "all, geometric mean"


def sentence(verdict: RoundsVerdict) -> str:
    """A verdict with its numbers: 'test_a regressed: 10.0 ms -> 13.0 ms, +30.0% [+12.1%, +50.9%]'."""
    head = f"{verdict.name or _ALL} {verdict.status}"
    if verdict.change is None or verdict.low is None or verdict.high is None:
        why = "it is not measured any more" if verdict.status == "invalid" else "no earlier session has it"
        return f"{head}: {why}"
    times = f"{value(verdict.before, 's')} -> {value(verdict.now, 's')}"
    text = f"{head}: {times}, {verdict.change:+.1%} [{verdict.low:+.1%}, {verdict.high:+.1%}]"
    seen = verdict.smallest_seen
    return text if seen is None else f"{text}; {seen:+.0%} would have been seen"


def terminal(verdicts: Sequence[RoundsVerdict], sessions: int) -> str:
    """All verdicts, a line each, below how many earlier sessions they stand against."""
    head = f"against {sessions} earlier session{'s' * (sessions > 1)}"
    more = "; from 4 on their own spread counts, before that 6 % is assumed" if sessions < 4 else ""
    return "\n".join([head + more, *map(sentence, verdicts)])


def as_json(verdicts: Sequence[RoundsVerdict]) -> str:
    """The verdicts for machines."""
    page = {"benchmarks": [msgspec.to_builtins(verdict) for verdict in verdicts]}
    return msgspec.json.format(msgspec.json.encode(page), indent=1).decode()
