"""Accepts a pending run with the samples that it measured; nothing is measured again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from tts_baseline.baseline import history, recordings
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.protocols import Metric
from tts_baseline.core.records import (
    SCHEMA_VERSION,
    Acceptance,
    Audio,
    Case,
    Quality,
    QualityCase,
    Reading,
    Run,
    Score,
)
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import scored_by


def promote(
    store: Store,
    folder: Path,
    run: Run,
    acceptance: Acceptance,
    *,
    changed: bool,
    reset_anchor: bool,
    quality_of: Collection[str] | None = None,
    machine: bool = True,
) -> tuple[Path, ...]:
    """The files that accepting the pending `run` in `folder` wrote; its scores are up to date.

    A run without a change joins its machine's current epoch; a `changed` one starts a new epoch. A golden is
    replaced only if the audio changed or its file is damaged; otherwise only scores of new metrics are added,
    and of the same audio those that newer code or libraries computed.
    `quality_of` restricts the quality part to some cases (None: all); without `machine` the performance part
    is left out. Accepting a run again writes only what differs. Raises BaselineError for a run with cases
    that could not be measured, and for an anchor that is an accepted run already.
    """
    if run.failures:
        names = ", ".join(failure.case for failure in run.failures[:5])
        raise BaselineError(
            f"run {run.id} has {len(run.failures)} cases that could not be measured: {names}",
            where=str(folder),
            hint=f"tts-baseline reject {run.id}",
        )
    with store.locked():
        store.sweep()  # also where nothing will be written
        baseline = store.load(run.environment.key)
        cases = [c for c in run.cases if quality_of is None or c.id in quality_of]
        quality, goldens = _quality(
            run, folder, store, baseline.quality, acceptance, cases, renews=quality_of is None
        )
        is_new = bool(goldens) or _differs(quality, baseline.quality, with_limits=quality_of is None)
        kept = None
        if machine and (reset_anchor or not store.has(run)):
            earlier = store.runs(run.environment.key)
            counted = list(store.untainted(earlier))
            current = _epoch(counted)
            accepted = replace(
                acceptance,
                # A new epoch has a number of its own, also if what was tainted comes back.
                epoch=_epoch(earlier) + 1 if changed or not current else current,
                anchor=reset_anchor or not counted,
            )
            kept = replace(run, version=SCHEMA_VERSION, acceptance=accepted, own_readings=())
        if not is_new and kept is None:
            return ()
        if store.load(run.environment.key) != baseline:
            raise history.changed_meanwhile(store.folder)
        return store.write(quality=quality if is_new else None, goldens=goldens, run=kept)


def _epoch(runs: Iterable[Run]) -> int:
    """The newest epoch of these runs, 0 without any."""
    return max((run.acceptance.epoch for run in runs if run.acceptance), default=0)


def _differs(quality: Quality, before: Quality | None, *, with_limits: bool) -> bool:
    """True where other scores are accepted than before, or other limits by somebody who accepts the whole."""
    if before is None or quality.cases != before.cases:
        return True
    return with_limits and quality.acceptance.limits != before.acceptance.limits


def is_same_sound(run: Run, case: Case, heard: Mapping[str, Reading], accepted: QualityCase | None) -> bool:
    """True if a case sounds as accepted: it has the same samples, or every metric that can tell agrees.

    `heard` are its readings by metric. Scores against another golden than the accepted one tell nothing.
    """
    if accepted is None or accepted.request != case.request:
        return False
    if accepted.audio.is_same(run.audio[case.id]):
        return True
    if run.goldens.get(case.id) != accepted.recording:
        return False
    values = {name: reading.value for name, reading in heard.items()}
    scores = {name: score.value for name, score in accepted.scores.items()}
    telling = (metric.spec for metric in metrics().values() if metric.spec.equivalent is not None)
    return all(spec.is_equivalent(values.get(spec.name), scores.get(spec.name)) for spec in telling)


def _quality(
    run: Run,
    folder: Path,
    store: Store,
    before: Quality | None,
    acceptance: Acceptance,
    chosen: Collection[Case],
    *,
    renews: bool,
) -> tuple[Quality, dict[str, bytes]]:
    cases = dict(before.cases) if before else {}
    goldens: dict[str, bytes] = {}
    heard, own = _by_case(run.readings), _by_case(run.own_readings)
    for case in chosen:
        accepted = cases.get(case.id)
        # The new golden is this run's own recording, so golden metrics take their readings against that.
        scores = _scores(heard[case.id] | own[case.id], run.environment.software)
        is_same = is_same_sound(run, case, heard[case.id], accepted)
        if accepted and is_same and store.is_intact(case.id, accepted):
            newer = _newer(scores, accepted, run.audio[case.id]) if renews else {}
            texts = run.texts.get(case.id, ()) if renews else accepted.texts or run.texts.get(case.id, ())
            cases[case.id] = replace(accepted, scores=scores | accepted.scores | newer, texts=texts)
            continue
        data, _ = recordings.read(folder, run, case.id)
        goldens[case.id] = data
        cases[case.id] = QualityCase(
            request=case.request,
            audio=run.audio[case.id],
            recording=run.recordings[case.id].sha256,
            run=run.id,
            scores=scores,
            texts=run.texts.get(case.id, ()),
        )
    quality = Quality(
        pipeline=run.pipeline,
        variant=run.variant,
        acceptance=acceptance,
        software=run.environment.software,
        provenance=run.provenance,
        cases=dict(sorted(cases.items())),
    )
    return quality, goldens


def _newer(scores: Mapping[str, Score], accepted: QualityCase, audio: Audio) -> dict[str, Score]:
    """The scores of the accepted audio itself that were computed by other code or libraries than then."""
    if not accepted.audio.is_same(audio):
        return {}
    return {
        name: score
        for name, score in scores.items()
        if score.by and score.value is not None and score.by != accepted.scores.get(name, score).by
    }


def _by_case(readings: Iterable[Reading]) -> dict[str, dict[str, Reading]]:
    """The readings of each case, by metric; none of a case without."""
    found: dict[str, dict[str, Reading]] = defaultdict(dict)
    for reading in readings:
        if reading.case is not None:
            found[reading.case][reading.metric] = reading
    return found


def _scores(readings: Mapping[str, Reading], software: Mapping[str, str]) -> dict[str, Score]:
    return {
        name: _score(metrics()[name], reading, software)
        for name, reading in readings.items()
        if metrics()[name].spec.family == "quality"
    }


def _score(metric: Metric, reading: Reading, software: Mapping[str, str]) -> Score:
    return Score(
        value=reading.value,
        reason=reading.reason,
        values=reading.values if len(reading.values) > 1 else (),
        by="" if metric.spec.golden else scored_by(metric, software),
    )
