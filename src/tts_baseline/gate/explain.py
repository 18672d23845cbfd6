"""Verdicts as sentences: what happened, by how much, where, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core import units
from tts_baseline.core.environment import differences
from tts_baseline.core.records import Baseline, Run, Verdict

_SHOWN = 8
_WORST = 3


def headline(verdict: Verdict, suite: str) -> str:
    """'es: latency regressed, +14.7% (95% [+11.2, +18.0]; limit 5.0%)'."""
    subject = f"{suite}/{verdict.case}" if verdict.case else suite
    if verdict.change is None:
        return f"{subject}: {verdict.gate} {verdict.status}" + (
            f": {verdict.reason}" if verdict.reason else ""
        )
    status = f"{verdict.status} (environment)" if verdict.is_environment else verdict.status
    change = units.change(verdict.change, verdict.unit, relative=verdict.relative)
    bounds = units.interval(verdict.low, verdict.high, verdict.unit, relative=verdict.relative)
    limit = units.value(verdict.limit, verdict.unit)
    if verdict.relative and verdict.limit is not None:
        limit = f"{verdict.limit * 100:.1f}%"
    inside = units.joined(bounds and f"95% {bounds}", f"limit {limit}")
    return f"{subject}: {verdict.gate} {status}, {change} ({inside})"


def story(verdicts: Sequence[Verdict], run: Run, baseline: Baseline) -> str:
    """The message of a failing test: each verdict with its numbers, what changed around, next commands."""
    suites = {v.gate for v in verdicts if v.case is None and v.status == "regressed"}
    shown = [v for v in verdicts if v.case is None or v.gate not in suites or v.status != "regressed"]
    lines: list[str] = []
    for verdict in shown[:_SHOWN]:
        lines.append(headline(verdict, run.suite))
        lines += [f"  {line}" for line in _numbers(verdict, baseline)]
        if verdict.case is None:
            lines += [f"  {line}" for line in _worst([v for v in verdicts if v.gate == verdict.gate])]
    if len(shown) > _SHOWN:
        lines.append(f"and {len(shown) - _SHOWN} more; the report lists them all")
    around = surroundings(run, baseline)
    if around:
        lines.append("changed around it: " + ", ".join(around))
    lines += ["Next:", *next_commands(verdicts, run)]
    return "\n".join(lines)


def surroundings(run: Run, baseline: Baseline) -> tuple[str, ...]:
    """What is different from the newest accepted run besides the code: software and provenance."""
    if not baseline.runs:
        return ()
    before = baseline.runs[-1]
    names = sorted(before.provenance.keys() | run.provenance.keys())
    origin = tuple(
        f"{name} {before.provenance.get(name, '-')} -> {run.provenance.get(name, '-')}"
        for name in names
        if before.provenance.get(name) != run.provenance.get(name)
    )
    return differences(before.environment, run.environment) + origin


def next_commands(verdicts: Sequence[Verdict], run: Run) -> list[str]:
    """The commands that make sense now, one a line."""
    case = next((f" --case {v.case}" for v in verdicts if v.case), "")
    commands = [f"  look    tts-baseline compare {run.id}{case}"]
    if any(v.status == "invalid" for v in verdicts):
        return [*commands, f"  drop    tts-baseline reject  {run.id}"]
    anchor = " --reset-anchor" if any(v.drift is not None for v in verdicts) else ""
    return [
        *commands,
        f'  accept  tts-baseline accept  {run.id}{anchor} --reason "..."',
        f"  drop    tts-baseline reject  {run.id}",
    ]


def _numbers(verdict: Verdict, baseline: Baseline) -> list[str]:
    lines = []
    if verdict.change is not None:
        lines.append(f"baseline {units.value(verdict.baseline, verdict.unit)}{_origin(verdict, baseline)}")
        lines.append(f"current  {units.value(verdict.current, verdict.unit)}")
        if verdict.reason:
            lines.append(f"because  {verdict.reason}")
    if verdict.where:
        lines.append(f"where    {verdict.where}")
    return lines


def _worst(verdicts: Sequence[Verdict]) -> list[str]:
    """The single cases behind a suite's regression, the largest change first."""
    cases = [v for v in verdicts if v.case and v.status == "regressed" and v.change is not None]
    if not cases:
        return []
    cases.sort(key=lambda v: -abs(v.change or 0.0))
    named = [f"{v.case} {units.change(v.change, v.unit, relative=v.relative)}" for v in cases[:_WORST]]
    more = f" and {len(cases) - _WORST} more" if len(cases) > _WORST else ""
    return [f"cases    {', '.join(named)}{more}"]


def _origin(verdict: Verdict, baseline: Baseline) -> str:
    if verdict.decided_by == "judge" and not verdict.is_environment:
        return f"   measured now, in {verdict.runs} restarts side by side"
    if verdict.runs and baseline.runs and baseline.runs[-1].acceptance:
        last = baseline.runs[-1]
        commit = f", last at {last.commit[:7]}" if last.commit else ""
        plural = "run" if verdict.runs == 1 else "runs"
        return f"   {verdict.runs} accepted {plural} on this machine{commit}, {last.created[:10]}"
    if baseline.quality and verdict.family == "quality":
        return f"   accepted {baseline.quality.acceptance.at[:10]}: {baseline.quality.acceptance.reason}"
    return ""
