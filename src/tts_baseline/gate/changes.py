"""What is not as it was: around the code, and in what a pipeline is configured with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Change, Verdict

_NONE = "-"


def between(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs between two descriptions, by name; '-' stands for what one of them lacks."""
    names = sorted(before.keys() | now.keys())
    pairs = (Change(name, before.get(name, _NONE), now.get(name, _NONE)) for name in names)
    return tuple(change for change in pairs if change.before != change.now)


def around(run: Run, baseline: Baseline) -> tuple[Change, ...]:
    """What is different from the newest accepted run besides the code: software, then provenance."""
    if not baseline.runs:
        return ()
    before = baseline.runs[-1]
    software = between(before.environment.software, run.environment.software)
    return software + between(before.provenance, run.provenance)


def is_same_code(run: Run, baseline: Baseline) -> bool:
    """True where this run and the newest accepted one ran one commit's code, with the same around it."""
    before = baseline.runs[-1] if baseline.runs else None
    is_one = before is not None and run.commit == before.commit and run.committed and before.committed
    return is_one and not around(run, baseline)


def because(verdicts: Iterable[Verdict], changed: tuple[Change, ...]) -> list[Verdict]:
    """The verdicts, those of a change with what was configured differently as its cause."""
    if not changed:
        return list(verdicts)
    return [replace(v, changed=changed) if is_of_a_change(v) else v for v in verdicts]


def is_of_a_change(verdict: Verdict) -> bool:
    """True where something changed: the verdict says so, or is undecided about more than the limit."""
    if verdict.status != "undecided":
        return verdict.status in ("regressed", "improved", "worse", "better")
    return abs(verdict.change or 0.0) > (verdict.limit or 0.0)
