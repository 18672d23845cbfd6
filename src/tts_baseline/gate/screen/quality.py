"""The quality gate: paired differences with the accepted scores, the same on every machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import median

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Quality, QualityCase, Run, Score
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.quality import decide
from tts_baseline.gate.quality.pairs import Pair, apart, sampled
from tts_baseline.gate.screen.accepted import accepted, why_new
from tts_baseline.stats.sequential import next_look, part_of


def verdicts(
    spec: MetricSpec,
    limit: Limit,
    run: Run,
    baseline: Baseline,
    known: Mapping[str, QualityCase],
    broken: Collection[str],
) -> list[Verdict]:
    """The verdicts of one metric: the suite first, then its cases, of which `known` are accepted.

    A case that could be measured when it was accepted and cannot be now is lost. `broken` cases have been
    reported as invalid already.
    """
    readings = {case: r for case, r in run.by_metric.get(spec.name, {}).items() if case is not None}
    asked = {case.id: case for case in run.cases}
    alone: list[Verdict] = []  # of cases that no pair is made of
    pairs: list[Pair] = []
    for case, reading in readings.items():
        then = known.get(case)
        score = then.scores.get(spec.name) if then else None
        if reading.value is None:
            was_measured = score is not None and score.value is not None
            if decide.is_missed(spec, case, broken, was_measured=was_measured):
                alone.append(decide.lost(spec, limit, case, reading.reason or ""))
        elif score is None:
            cause = why_new(asked[case], baseline)
            alone.append(decide.drafted(spec, limit, case, "no baseline", now=reading.value, cause=cause))
        elif then and score.value is not None:
            pairs.append(apart(spec, limit, case, score, reading, is_single=then.audio.reproducible))
    heard = max((len(pair.repeats) for pair in pairs), default=0)
    sample = sampled(spec, limit, pairs, accepted=_scores(spec, baseline.quality), part=part_of(heard))
    decided = decide.verdicts(sample, alone, [case for case in readings if case in known], run.by_metric)
    changed = between(baseline.quality.provenance, run.provenance) if baseline.quality else ()
    return because(_with_suite(decided), changed)


def heard(run: Run) -> int:
    """The most utterances of a case that were scored."""
    names = [name for name, metric in metrics().items() if metric.spec.family == "quality"]
    sounds = (reading for name in names for reading in run.by_metric.get(name, {}).values())
    return max((len(reading.values) for reading in sounds), default=0)


def wanted(run: Run, baseline: Baseline, limits: Mapping[str, Limit]) -> int:
    """How many more utterances of each case may bring in a verdict that chance keeps open; 0 for none.

    So many that the next look can be taken. A pipeline that says the same each time has no chance.
    """
    count = heard(run)
    if count < 2:
        return 0
    known, broken = accepted(run, baseline), decide.broken(run.by_metric)
    specs = [metric.spec for metric in metrics().values() if metric.spec.decide in ("median", "each")]
    for spec in specs:
        if spec.limit is not None and spec.key in limits:
            decided = verdicts(spec, limits[spec.key], run, baseline, known, broken)
            if decide.is_open(decided):
                return max(next_look(count) - count, 0)
    return 0


def _with_suite(decided: list[Verdict]) -> list[Verdict]:
    """The verdicts; where all cases lack the same thing, that is said of the suite, too."""
    for missing in ("not comparable", "no baseline"):
        if decided and all(v.case and v.status == missing for v in decided):
            return [replace(decided[0], case=None, current=_middle(decided)), *decided]
    return decided


def _scores(spec: MetricSpec, quality: Quality | None) -> list[Score]:
    """The accepted scores of every case: also those of other cases say what chance does."""
    cases = quality.cases.values() if quality else ()
    return [score for case in cases if (score := case.scores.get(spec.name))]


def _middle(verdicts: Sequence[Verdict]) -> float | None:
    values = [v.current for v in verdicts if v.current is not None]
    return float(median(values)) if values else None
