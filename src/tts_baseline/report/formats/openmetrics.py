"""The values and verdicts of a run as OpenMetrics writes them, for Prometheus and what else reads that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line, storable
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run
from tts_baseline.core.registry import metrics
from tts_baseline.report.aggregate import suite_value
from tts_baseline.report.format import FormatSpec, View

SPEC = FormatSpec(name="openmetrics", reader="programs")

# By unit: how OpenMetrics wants a name to end. What is no unit of its own is said in the help alone.
_ENDINGS: Mapping[str, str] = {
    "s": "seconds", "B": "bytes", "dB": "decibels", "dBFS": "decibels", "LUFS": "decibels", "Hz": "hertz",
    "st": "semitones",
}  # fmt: skip
MetricLabels = dict[str, str]
Gauges = Iterable[tuple[MetricLabels, float]]


def render(outcome: Outcome, view: View) -> str:
    """Families of gauges: each metric by case and for the suite (case ""), then verdicts, changes, limits."""
    run = outcome.run
    about = {"pipeline": run.pipeline, "variant": run.variant, "suite": run.suite}
    created = datetime.fromisoformat(run.created).timestamp()
    stated = {"run": run.id, "commit": run.commit or "", "machine": run.environment.key}
    lines = [
        *_family("run_created", "When the run was made.", "seconds", [(about | stated, created)]),
        *(line for metric in metrics().values() for line in _values(run, metric.spec, metric.doc, about)),
        *_verdicts(outcome, about),
        "# EOF",
    ]
    return "\n".join(lines) + "\n"


def _values(run: Run, spec: MetricSpec, doc: str, about: MetricLabels) -> Iterator[str]:
    whole = suite_value(run, spec)
    by_case = run.by_metric.get(spec.name, {})
    known = {case or "": reading.value for case, reading in by_case.items() if reading.value is not None}
    if whole is not None:
        known[""] = whole
    samples = [(about | {"case": case}, value) for case, value in sorted(known.items())]
    yield from _family(spec.name, f"{doc} Unit: {spec.unit}.", _ENDINGS.get(spec.unit, ""), samples)


def _verdicts(outcome: Outcome, about: MetricLabels) -> Iterator[str]:
    said = [(about | {"case": v.case or "", "gate": v.gate}, v) for v in outcome.verdicts]
    statuses = [(labels | {"status": str(v.status)}, 1.0) for labels, v in said]
    units = [(labels | {"unit": "ratio" if v.relative else v.unit}, v) for labels, v in said]
    changes = [(labels, v.change) for labels, v in units if v.change is not None]
    limits = [(labels, v.limit) for labels, v in units if v.limit is not None]
    yield from _family(
        "verdict", "1 for the status that each gate has, of the suite and of cases.", "", statuses
    )
    yield from _family("change", "Against what was accepted, or the judge's base.", "", changes)
    yield from _family("limit", "The largest change for the worse that passes.", "", limits)


def _family(name: str, doc: str, unit: str, samples: Gauges) -> Iterator[str]:
    """The lines of one family of gauges; none without a sample."""
    whole = "_".join(filter(None, ("tts_baseline", name, unit)))
    known = {
        _labels(labels): value for labels, value in samples if math.isfinite(value)
    }  # each is there once
    rows = [f"{whole}{{{labels}}} {value!r}" for labels, value in known.items()]
    if rows:
        yield f"# TYPE {whole} gauge"
        if unit:
            yield f"# UNIT {whole} {unit}"
        yield f"# HELP {whole} {_escaped(doc)}"
        yield from rows


def _labels(labels: MetricLabels) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(text: str) -> str:
    return line(storable(text)).replace("\\", r"\\").replace('"', r"\"")
