"""The dialect passports of a run: what its recordings of a region are, feature by feature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tts_baseline.baseline import pending, recordings
from tts_baseline.core.errors import BaselineError, SettingsError
from tts_baseline.core.records import Case, Run, Utterance
from tts_baseline.core.registry import nearest
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, fault
from tts_baseline.metrics.features.spoken import spoken
from tts_baseline.metrics.regions.passport import (
    Passport,
    TokensByCase,
    accent_score,
    customs,
    known_regions,
    observed,
)
from tts_baseline.metrics.regions.probes import probes
from tts_baseline.metrics.regions.tokens import RegionalToken
from tts_baseline.pipelines.f5_spanish.text.regions import detect
from tts_baseline.session.project import Project
from tts_baseline.session.scripts import scripts

_Tokens = Mapping[str, Sequence[RegionalToken]]


def passports(project: Project, name: str, region: str | None) -> tuple[Passport, ...]:
    """The passport of one region, or of each region that a pending run has cases of; nothing is judged.

    Raises SettingsError for a region of which nothing is said, BaselineError without such a run.
    """
    known = known_regions()
    if region is not None and region not in known:
        raise SettingsError(
            f"nothing is said of a region {region!r}{nearest(region, known)}",
            where=f"passports: {', '.join(known)}",
            hint="tts-baseline passport --region rioplatense",
        )
    folder, run = pending.opened(project.report, name)
    of_run = dict.fromkeys(case.region for case in run.cases if case.region in known)
    if region is None and not of_run:
        raise SettingsError(
            f"nothing is said of any region of run {run.id}",
            where=f"passports: {', '.join(known)}",
            hint=f"tts-baseline passport {run.id} --region rioplatense",
        )
    return tuple(_passport(folder, run, each) for each in ([region] if region is not None else of_run))


def heard_in(
    cases: Sequence[Case], recording: Callable[[str], Utterance]
) -> tuple[TokensByCase, Mapping[str, int]]:
    """The tokens of each case by probe, and how often there are none for which reason.

    `recording` gives a case's sound, or raises BaselineError.
    """
    known = scripts(cases)
    heard: dict[str, _Tokens] = {}
    unheard: Counter[str] = Counter()
    for case in cases:
        try:
            tokens = _tokens(recording(case.id), known.get(case.id))
        except BaselineError as error:
            tokens = error.what
        if isinstance(tokens, str):
            unheard[tokens] += 1
        else:
            heard[case.id] = tokens
    return heard, unheard


def _passport(folder: Path, run: Run, region: str) -> Passport:
    cases = [case for case in run.cases if case.region == region]
    heard, unheard = heard_in(cases, lambda case: recordings.read(folder, run, case)[1])
    clues = {clue.word.lower(): clue.region for case in cases for clue in detect(case.text)[1]}
    asked = customs(region)
    return Passport(
        region=region,
        run=run.id,
        pipeline=run.pipeline,
        variant=run.variant,
        cases=len(cases),
        heard=len(heard),
        unheard=tuple(f"{reason} ({count})" for reason, count in unheard.items()),
        rows=tuple(
            observed(
                each, probes()[each.probe].unit, [t for tokens in heard.values() for t in tokens[each.probe]]
            )
            for each in asked
        ),
        words=tuple(sorted(word for word, of in clues.items() if of == region)),
        foreign=tuple(sorted(word for word, of in clues.items() if of != region)),
        score=accent_score(asked, heard),
    )


def _tokens(utterance: Utterance, script: SpeechScript | None) -> _Tokens | str:
    """The tokens of a recording by probe, or why there are none."""
    if script is None or not script.words:
        return "the text cannot be read"
    samples = utterance.samples.astype(np.float64)
    if broken := fault(samples):
        return broken
    sound = Sound(samples, utterance.sample_rate)
    timed = spoken(sound, script)
    if isinstance(timed, str):
        return timed
    return {name: probe.listen(sound, script, timed) for name, probe in probes().items()}
