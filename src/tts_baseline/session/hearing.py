"""Where the sentences whose sound is not fine differ from their goldens: seconds, words, files."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from tts_baseline.baseline import pending, recordings
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.hearing import Audible, Passage, merged
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.protocols import Metric
from tts_baseline.core.records import Case, QualityCase, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.sounds import Sound, Sounds, fault
from tts_baseline.core.verdict import Status, Verdict
from tts_baseline.metrics.features.departures import departures
from tts_baseline.metrics.features.differences import differences
from tts_baseline.metrics.features.word_times import Spelled, TimedWord, aligned, guessed, named
from tts_baseline.pipelines._renderings import Rendering, renderings
from tts_baseline.session.project import Project

_ODD: tuple[Status, ...] = ("regressed", "undecided", "worse")
_ALL = 0.5  # chosen: of the golden; of a sentence of which so much is lost, no word is to be named
_SILENCE_S = 0.2  # as voices leave it around what they say, so that no word is laid over it
_MOST_CASES = 12  # chosen: as many as a table of single cases shows


def listened(project: Project, outcome: Outcome) -> Outcome:
    """The outcome with what is heard in it: of at most twelve cases that a gate of sound finds worse.

    A case whose golden or recording cannot be read is left out.
    """
    run, store = outcome.run, project.store_of(outcome.run)
    accepted = _accepted(outcome)
    asked = {case.id: case for case in run.cases}
    gates = _odd(outcome.verdicts)
    pairs: dict[str, tuple[Utterance, Utterance]] = {}
    for case in gates:
        if case in run.goldens and case in run.recordings and case in accepted and len(pairs) < _MOST_CASES:
            with contextlib.suppress(TtsBaselineError):
                golden = store.goldens(outcome.baseline.quality, (case,))[case]
                pairs[case] = golden, recordings.read(outcome.folder, run, case)[1]
    said = renderings([asked[case].request for case in pairs])
    heard = {
        case: Audible(
            before=store.golden(case, accepted[case]),
            after=recordings.path_of(outcome.folder, case),
            places=_places(asked[case], gates[case], pairs[case], spoken),
        )
        for case, spoken in zip(pairs, said, strict=True)
    }
    return replace(outcome, heard=heard)


def keep_goldens(project: Project, outcome: Outcome) -> None:
    """Put the goldens of the cases that sound otherwise now into the run's folder, for its page plays them.

    One that cannot be read is left out. Raises OSError where they cannot be written.
    """
    run, store, accepted = outcome.run, project.store_of(outcome.run), _accepted(outcome)
    for case in run.goldens.keys() & run.recordings.keys() & accepted.keys():
        known = accepted[case]
        if known.audio.sha256 != run.audio[case].sha256 and store.is_intact(case, known):
            kept = recordings.golden_path(outcome.folder, case).relative_to(outcome.folder)
            pending.add(outcome.folder, str(kept), store.golden(case, known).read_bytes())


def _accepted(outcome: Outcome) -> Mapping[str, QualityCase]:
    return outcome.baseline.quality.cases if outcome.baseline.quality else {}


def _odd(verdicts: Sequence[Verdict]) -> dict[str, dict[str, Metric]]:
    """The cases that a gate of sound finds worse, the worst first, and those gates."""
    odd = [
        verdict
        for verdict in verdicts
        if verdict.case
        and verdict.family == "quality"
        and verdict.status in _ODD
        and verdict.metric in metrics()
    ]
    odd.sort(key=lambda v: (_ODD.index(v.status), -abs(v.change or 0.0) / (v.limit or 1.0)))
    found: dict[str, dict[str, Metric]] = {}
    for verdict in odd:
        found.setdefault(verdict.case or "", {})[verdict.gate] = metrics()[verdict.metric]
    return found


def _places(
    case: Case, gates: Mapping[str, Metric], pair: tuple[Utterance, Utterance], said: Rendering | None
) -> dict[str, tuple[Passage, ...]]:
    if any(fault(utterance.samples) for utterance in pair):
        return dict.fromkeys(gates, ())
    sounds = Sounds()
    golden, sound = (sounds.of(utterance) for utterance in pair)
    if _lost(sound, golden) >= _ALL:
        return dict.fromkeys(gates, ())
    words, is_guess = _words(case.text, golden, said)
    places = {}
    for gate, metric in gates.items():
        found = sorted(merged((metric.places or departures)(sound, golden)), key=_length, reverse=True)
        places[gate] = tuple(replace(each, words=named(each, words), guessed=is_guess) for each in found)
    return places


def _lost(sound: Sound, golden: Sound) -> float:
    """The share of the golden that the sound does not say."""
    lost = sum(found.stop_s - found.start_s for found in differences(sound, golden) if found.kind != "extra")
    return lost * golden.rate / golden.samples.size


def _length(place: Passage) -> float:
    return max(place.stop_s - place.start_s, place.heard_stop_s - place.heard_start_s)


def _words(text: str, golden: Sound, said: Rendering | None) -> tuple[tuple[TimedWord, ...], bool]:
    """The words of the text in the golden, and whether they are a guess."""
    if said is not None:
        samples = np.pad(np.frombuffer(said.samples, "<i2") / 32768, round(_SILENCE_S * said.rate))
        if not fault(samples):
            spelled = [Spelled(at, start + _SILENCE_S, stop + _SILENCE_S) for at, start, stop in said.words]
            return aligned(text, golden, Sound(samples, said.rate), spelled), False
    return guessed(text, golden), True
