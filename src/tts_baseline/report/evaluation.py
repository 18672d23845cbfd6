"""What became of a checkpoint beside another one, or beside the recordings: as text, and as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from tts_baseline.core import outside
from tts_baseline.core.evaluation import Evaluation, Share
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
    whole, *rest = evaluation.shares
    title = f"{evaluation.checkpoint} against {evaluation.against or RECORDINGS}"
    sheets = [verdict_sheet(title, whole.verdicts)]
    sheets += [verdict_sheet(share.name, odd) for share in rest if (odd := _odd(share))]
    sheets += case_sheets(whole.verdicts)
    sheets.append(sound_sheet(evaluation.sound))
    parts = [f"{outside.line(sheet.title)}\n{table.text([sheet], color=color)}" for sheet in sheets]
    return "\n\n".join([*parts, "\n".join(map(outside.line, lines(evaluation)))])


def lines(evaluation: Evaluation) -> list[str]:
    """How it was measured, share by share, in words."""
    whole = evaluation.shares[0]
    learned = whole.loss
    said = [
        *reasons(whole.verdicts),
        f"held-out loss {learned.mean:.4f} [{learned.low:.4f}, {learned.high:.4f}] on {learned.clips} clips",
        f"{len(evaluation.cases)} sentences, each with {evaluation.seeds} seeds",
        "distances from the recordings: duration, bandwidth (as shares), level, pitch, melody",
        *(f"{share.name}: {counts(share.verdicts)}" for share in evaluation.shares[1:]),
    ]
    if evaluation.few:
        said.append(f"too few clips to be judged by themselves: {', '.join(evaluation.few)}")
    return said


def as_json(evaluation: Evaluation) -> bytes:
    """JSON: `{schema, created, checkpoint, against, data, seeds, cases, shares, few, sound}`."""
    sound = evaluation.sound
    page: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "created": evaluation.created,
        "checkpoint": outside.storable(evaluation.checkpoint),
        "against": outside.storable(evaluation.against),
        "data": evaluation.data,
        "seeds": evaluation.seeds,
        "cases": evaluation.cases,
        "shares": [_share(share) for share in evaluation.shares],
        "few": evaluation.few,
        "sound": {"identical": sound.identical, "changes": changes(sound)},
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def _share(share: Share) -> dict[str, Any]:
    return {
        "name": share.name,
        "cases": share.cases,
        "clips": len(share.clips),
        "loss": share.loss,
        "verdicts": [explain.as_json(verdict) for verdict in share.verdicts],
    }


def _odd(share: Share) -> tuple[Verdict, ...]:
    return tuple(v for v in share.verdicts if v.case is None and v.status not in _FINE)
