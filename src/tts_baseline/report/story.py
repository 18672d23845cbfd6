"""The message of a failing test: what happened, by how much, why, where, and what to type next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tts_baseline.core import units
from tts_baseline.core.hearing import NOTHING, Audible
from tts_baseline.core.outside import line
from tts_baseline.core.protocols import PORTABLE
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.explain import because, headline, reason, surroundings
from tts_baseline.gate.moved import where
from tts_baseline.report import listening

_SHOWN = 8
_WORST = 3


def story(
    verdicts: Sequence[Verdict],
    run: Run,
    baseline: Baseline,
    *,
    folder: str = "",
    heard: Mapping[str, Audible] = NOTHING,
) -> str:
    """Each verdict with its numbers and its place, what to hear, what changed, and the next commands.

    `folder` is what they call the run by, where its id does not do.
    """
    suites = {v.gate for v in verdicts if v.case is None and v.status == "regressed"}
    shown = [v for v in verdicts if v.case is None or v.gate not in suites or v.status != "regressed"]
    lines: list[str] = []
    for verdict in shown[:_SHOWN]:
        lines.append(headline(verdict, run.suite))
        lines += [f"  {number}" for number in _numbers(verdict, baseline)]
        if place := listening.where(verdict, heard):
            lines.append(f"  where    {place}")
        if verdict.case is None:
            lines += [f"  {case}" for case in _worst([v for v in verdicts if v.gate == verdict.gate])]
    if len(shown) > _SHOWN:
        lines.append(f"and {len(shown) - _SHOWN} more; the report lists them all")
    if around := surroundings(run, baseline):
        lines.append("changed around it: " + ", ".join(around))
    cases = dict.fromkeys(filter(None, (listening.case_of(verdict, heard) for verdict in shown)))
    lines += listening.files([case for case in run.cases if case.id in cases], heard)
    lines += ["Next:", *next_commands(verdicts, run, folder, next(iter(cases), ""))]
    return "\n".join(map(line, lines))


def next_commands(verdicts: Sequence[Verdict], run: Run, folder: str = "", audible: str = "") -> list[str]:
    """The commands that make sense now, one a line; `audible` is a case to hear, if there is one."""
    name = folder or run.id
    case = next((f" --case {v.case}" for v in verdicts if v.case), "")
    look = f"  look    tts-baseline compare {name}{case}"
    anchor = " --reset-anchor" if any(v.drift is not None for v in verdicts) else ""
    accept = f'  accept  tts-baseline accept  {name}{anchor} --reason "..."'
    drop = f"  drop    rm -r {folder}" if folder else f"  drop    tts-baseline reject  {name}"
    hear = [f"  hear    tts-baseline compare {name} --case {audible} --play"] if audible else []
    is_whole = not any(v.status == "invalid" for v in verdicts)
    return [look, *hear, *([accept] if is_whole else []), drop]


def _numbers(verdict: Verdict, baseline: Baseline) -> list[str]:
    lines = []
    if verdict.change is not None:
        lines.append(f"baseline {units.value(verdict.baseline, verdict.unit)}{_origin(verdict, baseline)}")
        lines.append(f"current  {units.value(verdict.current, verdict.unit)}")
        if why := units.joined(because(verdict), reason(verdict)):
            lines.append(f"because  {why}")
    if place := where(verdict):
        lines.append(f"where    {place}")
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
    if baseline.quality and verdict.family in PORTABLE:
        return f"   accepted {baseline.quality.acceptance.at[:10]}: {baseline.quality.acceptance.reason}"
    return ""
