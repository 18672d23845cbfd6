"""Judges a run again, and asks what its outcome means: what fails, what is behind a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.baseline import files, pending
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Quality, Reading, Run, Utterance
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.verdicts import fails, gating, verdicts
from tts_baseline.report.story import story
from tts_baseline.session.project import Project

JUDGE_FILE = "judge.json"


def reopen(project: Project, name: str) -> Outcome:
    """A pending run judged again, against the baselines as they are now."""
    folder = pending.find(project.report, name)
    run = pending.load(folder)
    baseline = project.store_of(run).load(run.environment.key)
    run = _against_itself(run, baseline.quality)
    kept = folder / JUDGE_FILE
    judgement = files.read_record(kept, Judgement) if kept.exists() else None
    decided = verdicts(run, baseline, judgement, project.limits)
    return Outcome(run=run, folder=folder, baseline=baseline, decided=decided, judgement=judgement)


def judge_again(outcome: Outcome, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The verdicts of an outcome under other limits."""
    return verdicts(outcome.run, outcome.baseline, outcome.judgement, limits).combined


def failing(project: Project, decided: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that fail the build under the project's policies."""
    policy = project.settings
    return tuple(v for v in decided if fails(v, missing=policy.missing, undecided=policy.undecided))


def recorded_utterance(outcome: Outcome, case: str) -> Utterance | None:
    """The recording of a case's scored utterance; None for audio that no file can hold (NaN, empty)."""
    path = outcome.folder / "audio" / f"{case}.flac"
    return files.read_flac(path, outcome.run.audio[case]) if path.exists() else None


def suite_verdicts(outcome: Outcome, family: str | None = None) -> tuple[Verdict, ...]:
    """The verdicts that speak for the whole suite, or for one metric family of it."""
    return tuple(v for v in gating(outcome.verdicts) if family in (None, v.family))


def explained(outcome: Outcome, decided: Sequence[Verdict]) -> str:
    """Verdicts as sentences, with numbers and the next commands."""
    return story(decided, outcome.run, outcome.baseline)


def _against_itself(run: Run, quality: Quality | None) -> Run:
    """The run with its own golden readings for the cases whose accepted sound it has become since."""
    known = quality.cases if quality else {}
    own: dict[tuple[str | None, str], Reading] = {
        (r.case, r.metric): r
        for r in run.own_readings
        if r.case in known and r.case in run.audio and known[r.case].audio.sha256 == run.audio[r.case].sha256
    }
    return replace(run, readings=tuple(own.get((r.case, r.metric), r) for r in run.readings))
