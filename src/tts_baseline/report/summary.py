"""One run's report: the terminal summary, the Markdown page and the JSON that machines read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import SCHEMA_VERSION, Baseline, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import explain
from tts_baseline.report import table


def terminal(
    run: Run, verdicts: Sequence[Verdict], *, verbose: bool = False, width: int = 80, color: bool = False
) -> str:
    """The summary: suite verdicts first, then single cases that are not fine; with `verbose` all readings."""
    sheets = [table.suite_sheet(run, verdicts)]
    cases = table.case_sheet(verdicts)
    if cases:
        sheets.append(cases)
    if verbose:
        sheets += table.reading_sheets(run, width)
    parts = [table.text([sheet], width=width, color=color) for sheet in sheets]
    notes = [textwrap.fill(note, width, subsequent_indent="  ") for note in reasons(verdicts)]
    if notes:
        parts.insert(1, "\n".join(notes))
    return "\n\n".join(parts)


def reasons(verdicts: Sequence[Verdict]) -> list[str]:
    """Why a suite verdict is neither ok nor a plain regression, a line each, and what was configured else."""
    whole = [v for v in verdicts if v.case is None]
    notes = [f"{v.gate} {v.status}: {why}" for v in whole if _is_telling(v) and (why := explain.reason(v))]
    for status in ("no baseline", "not comparable"):
        alike = [v for v in whole if v.status == status]
        if alike:
            notes.append(f"{', '.join(v.gate for v in alike)} {status}: {explain.reason(alike[0])}")
    return notes + explain.causes(whole)


def _is_telling(verdict: Verdict) -> bool:
    """What the judge says is told; how many cases an `ok` rests on, where that can differ.

    Missing baselines are told together.
    """
    if verdict.decided_by == "judge":
        return True
    if verdict.status == "ok":
        return metrics()[verdict.metric].spec.min_valid > 0
    return verdict.status not in ("no baseline", "not comparable")


def markdown(run: Run, verdicts: Sequence[Verdict], baseline: Baseline) -> str:
    """The report page of a run, for people and for a pull request."""
    around = explain.surroundings(run, baseline)
    sheets = [table.suite_sheet(run, verdicts)]
    cases = table.case_sheet(verdicts)
    lines = [
        f"## tts-baseline: {table.counts(v for v in verdicts if v.case is None) or 'nothing judged'}",
        "",
        f"Run `{run.id}`, {run.created}, {_commit(run)}, machine `{run.environment.key}`.",
        "",
    ]
    if around:
        lines += ["Changed around it: " + ", ".join(around) + ".", ""]
    notes = reasons(verdicts)
    if notes:
        lines += [*(f"- {' '.join(note.split())}" for note in notes), ""]
    return "\n".join(
        [*lines, table.markdown([*sheets, *([cases] if cases else []), *table.reading_sheets(run, 10_000)])]
    )


def _commit(run: Run) -> str:
    return f"commit `{(run.commit or 'none')[:7]}`{' with uncommitted changes' if run.dirty else ''}"


def as_json(run: Run, verdicts: Sequence[Verdict], folder: Path) -> bytes:
    """Verdicts and readings as JSON: `{schema, run, folder, verdicts, readings, metrics}`."""
    page: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "run": run.id,
        "folder": str(folder),
        "pipeline": run.pipeline,
        "variant": run.variant,
        "suite": run.suite,
        "machine": run.environment.key,
        "verdicts": [explain.told(verdict) for verdict in verdicts],
        "readings": run.readings,
        "failures": run.failures,
        "metrics": {m.spec.name: m.spec for m in metrics().values()},
        "families": FAMILIES,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"
