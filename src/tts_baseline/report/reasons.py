"""Why the suite's verdicts are what they are, in lines under a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tts_baseline.core import units
from tts_baseline.core.hearing import NOTHING, Audible
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING, Verdict
from tts_baseline.gate.explain import causes, reason
from tts_baseline.report import listening

_SHOWN = 5  # cases named in a line


def reasons(verdicts: Sequence[Verdict], heard: Mapping[str, Audible] = NOTHING) -> list[str]:
    """A line for each suite verdict that needs a reason, then what was configured differently."""
    suite = [verdict for verdict in verdicts if verdict.case is None]
    notes = [f"{v.gate} {v.status}: {why}" for v in suite if _has_own_line(v) and (why := _why(v, heard))]
    for status in ("no baseline", "not comparable"):
        alike = [verdict for verdict in suite if verdict.status == status]
        if alike:
            notes.append(f"{', '.join(v.gate for v in alike)} {status}: {reason(alike[0])}")
    return [*notes, *_unjudged(verdicts), *causes(suite)]


def _why(verdict: Verdict, heard: Mapping[str, Audible]) -> str:
    """Its reason and, of one that fails, its place."""
    place = listening.where(verdict, heard) if verdict.status in FAILING else ""
    return units.joined(reason(verdict), place)


def _unjudged(verdicts: Sequence[Verdict]) -> list[str]:
    """A line for the cases that no golden judges though their suite is judged."""
    by_reason: dict[str, dict[str, None]] = {}
    for verdict in verdicts:
        if verdict.case is not None and verdict.cause in ("new case", "new text"):
            by_reason.setdefault(reason(verdict), {})[verdict.case] = None
    return [f"no golden judges {_named([*cases])}: {why}" for why, cases in by_reason.items()]


def _named(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _SHOWN} more" if len(cases) > _SHOWN else ""
    return ", ".join(cases[:_SHOWN]) + more


def _has_own_line(verdict: Verdict) -> bool:
    """True for the judge's verdicts, and for an `ok` that rests on some of the cases, or hides a change."""
    if verdict.decided_by == "judge" or verdict.warned is not None:
        return True
    if verdict.split and verdict.split.part:
        return True
    if verdict.status == "ok":
        return metrics()[verdict.metric].spec.min_valid > 0
    return verdict.status not in ("no baseline", "not comparable")
