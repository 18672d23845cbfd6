"""Every kind of stored record, altered: it is refused in our own words, or all of its pages can be made."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given

from tests.support.altered import DICE, SEEDS, altered, attempt
from tts_baseline.baseline import files
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import BaselineError, LimitError
from tts_baseline.core.history import HistoryEntry
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.preset import Preset
from tts_baseline.core.records import Baseline, Quality, Record, Run
from tts_baseline.core.registry import gates, metrics
from tts_baseline.core.sound_certificate import SoundCertificate
from tts_baseline.core.taints import Taints
from tts_baseline.gate import certificate as rules
from tts_baseline.gate import limits
from tts_baseline.gate import sound_certificate as sound_rules
from tts_baseline.gate.verdicts import verdicts
from tts_baseline.report import certificate as certificate_page
from tts_baseline.report import flames, review
from tts_baseline.report import judgement as judgement_page
from tts_baseline.report import optimization as optimization_page
from tts_baseline.report import sound_certificate as sound_page
from tts_baseline.report.format import View, formats
from tts_baseline.report.history import trace

LIMITS = limits.chosen({})
RUN, PAST = (files.read_record(SEEDS / name, Run) for name in ("run.json", "machine.json"))
QUALITY = files.read_record(SEEDS / "quality.json", Quality)


def judged(run: Run, baseline: Baseline, judgement: Judgement | None = None) -> None:
    decided = verdicts(run, baseline, judgement, LIMITS)
    outcome = Outcome(run=run, folder=Path("r"), baseline=baseline, decided=decided, judgement=judgement)
    for shown in formats().values():
        if shown.spec.of == "run":
            shown.render(outcome, View(verbose=True))


def of_run(run: Run) -> None:
    if metrics().keys() >= {reading.metric for reading in run.readings}:  # else it is no pending run
        judged(run, Baseline())
        judged(run, Baseline(quality=QUALITY, runs=(PAST,), anchor=PAST))
    judged(RUN, Baseline(quality=QUALITY, runs=(run,), anchor=run, other_machines=("m",), elsewhere=(run,)))
    for gate in ("latency", "memory", "cold_start"):
        histories = trace((PAST, run), gates()[gate], LIMITS[gate])
        review.terminal(histories)
        review.page(histories)


def of_quality(quality: Quality) -> None:
    judged(RUN, Baseline(quality=quality, runs=(PAST,)))


def of_judgement(judgement: Judgement) -> None:
    judged(RUN, Baseline(quality=QUALITY, runs=(PAST,)), judgement)
    judgement_page.terminal(judgement, ())
    flames.files(judgement)


def of_certificate(certificate: Certificate) -> None:
    certificate_page.terminal(certificate)
    certificate_page.line(certificate)
    certificate_page.as_json(certificate, Path("c"), "")
    _, refusal = attempt(lambda: rules.check(certificate, LIMITS), LimitError)
    assert refusal is None or refusal.hint


def of_sound_certificate(certificate: SoundCertificate) -> None:
    sound_page.terminal(certificate)
    sound_page.line(certificate, sound_rules.outdated(certificate, QUALITY, limits.texts({})))
    sound_page.as_json(certificate, Path("c"), "", ())


def of_preset(preset: Preset) -> None:
    optimization_page.terminal(preset)
    optimization_page.files(preset)
    optimization_page.as_json(preset, "f", "p")


TARGETS: Mapping[str, tuple[type[Record], Callable[..., None]]] = {
    "run.json": (Run, of_run),
    "machine.json": (Run, of_run),
    "quality.json": (Quality, of_quality),
    "judgement.json": (Judgement, of_judgement),
    "certificate.json": (Certificate, of_certificate),
    "sound.json": (SoundCertificate, of_sound_certificate),
    "taints.json": (Taints, lambda _: None),
    "history.json": (HistoryEntry, lambda _: None),
    "preset.json": (Preset, of_preset),
}


@pytest.mark.parametrize("name", TARGETS)
@given(dice=DICE)
def test_record(name: str, dice: random.Random) -> None:
    kind, use = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        path.write_bytes(altered(name, dice))
        record, refusal = attempt(lambda: files.read_record(path, kind), BaselineError)
        if record is not None:
            use(record)
            files.write_record(path, record)
            assert files.read_record(path, kind) == record
        else:
            assert (refusal.where, bool(refusal.hint)) == (str(path), True)


@given(dice=DICE)
def test_recording(dice: random.Random) -> None:
    heard = PAST.audio[PAST.cases[0].id]
    data = altered("recording.flac", dice)
    utterance, refusal = attempt(lambda: files.decode_flac(data, heard, Path("a.flac")), BaselineError)
    assert refusal.hint if refusal else len(utterance.samples) == heard.samples
