"""What became of a checkpoint beside another one, or beside the recordings: as text, and as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from tts_baseline.core import outside
from tts_baseline.core.evaluation import Evaluation, Stratum
from tts_baseline.core.records import SCHEMA_VERSION
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import explain
from tts_baseline.gate.judge.sound import changes
from tts_baseline.report import table
from tts_baseline.report.judgement import sound_sheet
from tts_baseline.report.reasons import reasons
from tts_baseline.report.sheets import case_sheets, counts, verdict_sheet

RECORDINGS = "the recordings"
_FINE = ("ok", "better", "improved")


def terminal(evaluation: Evaluation, *, color: bool = False) -> str:
    """The report for a terminal: everything, then the regions and speakers that are not fine."""
    whole, *rest = evaluation.strata
    title = f"{evaluation.checkpoint} against {evaluation.against or RECORDINGS}"
    sheets = [verdict_sheet(title, whole.verdicts)]
    sheets += [verdict_sheet(stratum.name, odd) for stratum in rest if (odd := _odd(stratum))]
    sheets += case_sheets(whole.verdicts)
    sheets.append(sound_sheet(evaluation.sound))
    parts = [f"{outside.line(sheet.title)}\n{table.text([sheet], color=color)}" for sheet in sheets]
    return "\n\n".join([*parts, "\n".join(map(outside.line, lines(evaluation)))])


def lines(evaluation: Evaluation) -> list[str]:
    """How it was measured, stratum by stratum, in words."""
    whole = evaluation.strata[0]
    learned = whole.loss
    said = [
        *reasons(whole.verdicts),
        f"held-out loss {learned.mean:.4f} [{learned.low:.4f}, {learned.high:.4f}] on {learned.clips} clips",
        f"{len(evaluation.cases)} sentences, each with {evaluation.seeds} seeds",
        "distances from the recordings: duration, bandwidth (as shares), level, pitch, melody",
        *(f"{stratum.name}: {counts(stratum.verdicts)}" for stratum in evaluation.strata[1:]),
    ]
    if evaluation.few:
        said.append(f"too few clips to be judged by themselves: {', '.join(evaluation.few)}")
    return said


def as_json(evaluation: Evaluation) -> bytes:
    """JSON: `{schema, created, checkpoint, against, data, seeds, cases, strata, few, sound}`."""
    sound = evaluation.sound
    page: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "created": evaluation.created,
        "checkpoint": outside.storable(evaluation.checkpoint),
        "against": outside.storable(evaluation.against),
        "data": evaluation.data,
        "seeds": evaluation.seeds,
        "cases": evaluation.cases,
        "strata": [_stratum(stratum) for stratum in evaluation.strata],
        "few": evaluation.few,
        "sound": {"identical": sound.identical, "changes": changes(sound)},
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def _stratum(stratum: Stratum) -> dict[str, Any]:
    return {
        "name": stratum.name,
        "cases": stratum.cases,
        "clips": len(stratum.clips),
        "loss": stratum.loss,
        "verdicts": [explain.as_json(verdict) for verdict in stratum.verdicts],
    }


def _odd(stratum: Stratum) -> tuple[Verdict, ...]:
    return tuple(v for v in stratum.verdicts if v.case is None and v.status not in _FINE)
