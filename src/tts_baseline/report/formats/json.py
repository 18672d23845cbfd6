"""Verdicts and readings of a run for machines."""

from __future__ import annotations

from typing import Any

import msgspec

from tts_baseline.core.hearing import Audible
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import storable
from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import SCHEMA_VERSION
from tts_baseline.core.registry import metrics
from tts_baseline.gate import load, votes
from tts_baseline.gate.explain import as_json
from tts_baseline.report.format import FormatSpec, View

SPEC = FormatSpec(name="json", file="verdicts.json", reader="programs")


def render(outcome: Outcome, view: View) -> str:
    """`{schema, run, folder, pipeline, ..., verdicts, readings, notes, ..., heard, metrics, families}`."""
    run, cast = outcome.run, votes.votes(outcome.decided)
    page: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "run": run.id,
        "folder": storable(str(outcome.folder)),
        "pipeline": run.pipeline,
        "variant": run.variant,
        "suite": run.suite,
        "machine": run.environment.key,
        "load": load.of(run),
        "verdicts": [
            {**as_json(v), "votes": votes.as_json(cast.get((v.gate, v.case), ()))} for v in outcome.verdicts
        ],
        "readings": run.readings,
        "notes": outcome.notes,
        "failures": run.failures,
        "heard": {case: _heard(sound) for case, sound in outcome.heard.items()},
        "metrics": {m.spec.name: m.spec for m in metrics().values()},
        "families": FAMILIES,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1).decode() + "\n"


def _heard(sound: Audible) -> dict[str, Any]:
    files = {"before": storable(str(sound.before)), "after": storable(str(sound.after))}
    return {**files, "places": sound.places}
