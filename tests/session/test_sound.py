"""The sound of two arms side by side: what is scored, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from msgspec.structs import replace

from tests.support.judgements import even, judgement
from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.judge.sound import changes, decide
from tts_baseline.gate.limits import chosen
from tts_baseline.measure.pair import Rendition
from tts_baseline.session.judge.sound import Listening

CASES = [Case(id=name, text=name) for name in ("a", "b", "c")]


@pytest.fixture(scope="module")
def speech() -> Utterance:
    return Utterance(samples=clip()[: 4 * RATE].astype(np.float32), sample_rate=RATE)


def hear(
    listening: Listening, base: dict[str, Utterance], head: dict[str, Utterance], *, repeats: bool = True
) -> None:
    """One restart in which the arms say this."""
    for case, utterance in base.items():
        listening("base", case, Rendition(utterance, repeats))
    for case, utterance in head.items():
        listening("head", case, Rendition(utterance, repeats))


def sound_of(cases: list[Case], base: dict[str, Utterance], head: dict[str, Utterance]) -> PairedSound:
    listening = Listening()
    hear(listening, base, head)
    return listening.sound(cases)


def change_of(sound: PairedSound, metric: str):
    return next(change for change in changes(sound) if change.metric == metric)


def louder(utterance: Utterance, by_db: float) -> Utterance:
    return replace(utterance, samples=utterance.samples * np.float32(10 ** (by_db / 20)))


def noisier(utterance: Utterance, seed: int, level: float = 0.02) -> Utterance:
    more = level * noise(utterance.samples.size, seed=seed).astype(np.float32)
    return replace(utterance, samples=utterance.samples + more)


def test_the_same_samples_are_identical_and_no_metric_moves(speech) -> None:
    arm = {case.id: speech for case in CASES}
    sound = sound_of(CASES, arm, dict(arm))
    assert sound.identical == sound.cases == ("a", "b", "c")
    assert {change.metric for change in changes(sound)} >= {"snr_golden", "pesq_wb", "stoi", "level"}
    assert all((change.change, change.low, change.high) == (0, 0, 0) for change in changes(sound))


def test_the_bases_utterance_is_the_golden_of_both_arms(speech) -> None:
    quieter = louder(speech, -6.02)
    base = {case.id: speech for case in CASES}
    sound = sound_of(CASES, base, base | {"b": quieter})
    assert sound.identical == ("a", "c")
    level = change_of(sound, "level")
    assert (level.change, level.cases) == (0.0, 3)  # a median: one quieter case of three does not move it
    assert level.low == pytest.approx(-6.02, abs=0.01)
    assert change_of(sound_of(CASES, base, dict.fromkeys("abc", quieter)), "level").change == pytest.approx(
        -6.02, abs=0.01
    )
    noisy = noisier(speech, 1)
    assert change_of(sound_of(CASES, base, dict.fromkeys("abc", noisy)), "snr_golden").change < -20


def test_only_cases_that_both_arms_have_said_are_scored(speech) -> None:
    sound = sound_of(CASES, {"a": speech, "b": speech}, {"b": speech, "c": speech})
    assert sound.cases == ("b",)
    assert {reading.case for reading in (*sound.base, *sound.head)} == {"b"}


def values_of(sound: PairedSound, metric: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    base, head = (
        next(reading.values for reading in arm if reading.metric == metric)
        for arm in (sound.base, sound.head)
    )
    return base, head


def test_each_seed_is_a_pair_and_what_was_heard_before_is_none(speech) -> None:
    """Restarts 0 and 2 say exactly the same, so that the third says nothing of chance."""
    listening = Listening()
    seeds = [louder(speech, -by_db) for by_db in (0, 3)]
    for seed in (0, 1, 0):
        hear(listening, {"a": seeds[seed]}, {"a": louder(seeds[seed], -1)})
    sound = listening.sound(CASES[:1])
    base, head = values_of(sound, "level")
    assert np.diff(base) == pytest.approx([-3.0], abs=0.01)
    assert np.subtract(head, base) == pytest.approx([-1.0, -1.0], abs=0.01)
    base, head = values_of(sound, "pesq_wb")  # the golden is the base's utterance of the same seed
    assert base == pytest.approx([4.644, 4.644], abs=0.001)
    assert listening.varies


def test_a_base_without_a_seed_is_compared_with_its_first_utterance(speech) -> None:
    """Else it alone would be like its golden, and every head worse."""
    listening = Listening()
    for seed in (0, 10, 20):
        hear(listening, {"a": noisier(speech, seed)}, {"a": noisier(speech, seed + 1)}, repeats=False)
    base, head = values_of(listening.sound(CASES[:1]), "pesq_wb")
    assert len(base) == len(head) == 2
    assert max(base) < 4.0
    assert np.mean(head) == pytest.approx(np.mean(base), abs=0.2)
    base, head = values_of(listening.sound(CASES[:1]), "level")
    assert len(base) == len(head) == 3


@pytest.mark.usefixtures("only_level")
def test_a_pair_in_which_an_arm_has_no_value_is_left_out_unless_most_are(speech) -> None:
    broken = replace(speech, samples=np.full_like(speech.samples, np.nan))
    for spoken, expected in (([speech, broken, louder(speech, 1)], 2), ([speech, broken, broken], None)):
        listening = Listening()
        for number, head in enumerate(spoken):
            hear(listening, {"a": noisier(speech, number)}, {"a": head})
        sound = listening.sound(CASES[:1])
        (level,) = [reading for reading in sound.head if reading.metric == "level"]
        assert (len(level.values) if level.value is not None else None) == expected


def judged(sound: PairedSound, restarts: int = 3) -> dict[str, Verdict]:
    measured = judgement([even(["a", "b", "c"], 0.25, 0.25)] * restarts)
    return {v.gate: v for v in decide(replace(measured, sound=sound), chosen({})) if v.case is None}


@pytest.fixture
def only_level(monkeypatch) -> None:
    monkeypatch.setattr("tts_baseline.session.judge.sound.readable", lambda _: [metrics()["level"]])


@pytest.mark.usefixtures("only_level")
def test_a_head_that_is_softer_under_every_seed_regresses_and_the_same_does_not(speech) -> None:
    """Three sentences, three seeds of 3 dB apart: the sentences and seeds cancel, pair by pair."""
    for by_db, status in ((0.0, "ok"), (-0.5, "ok"), (-1.5, "regressed")):
        listening = Listening()
        for seed in (0, 3, 6):
            base = {case.id: louder(speech, -seed - n) for n, case in enumerate(CASES)}
            hear(listening, base, {case: louder(utterance, by_db) for case, utterance in base.items()})
        level = judged(listening.sound(CASES))["level"]
        assert (level.status, level.decided_by, level.runs) == (status, "judge", 3)
        assert level.change == pytest.approx(by_db, abs=0.01)


def test_what_metrics_share_about_the_golden_is_computed_once_for_both_arms(speech, monkeypatch) -> None:
    rates: list[int] = []
    resample = soxr.resample
    monkeypatch.setattr(
        soxr, "resample", lambda x, old, new, **more: rates.append(new) or resample(x, old, new, **more)
    )
    sound_of(CASES[:1], {"a": speech}, {"a": louder(speech, -6.02)})
    assert 10_000 in rates
    assert {rates.count(rate) for rate in rates} == {2}  # of the head, and of the golden


def test_an_arm_that_says_the_same_is_not_scored_again(speech, monkeypatch) -> None:
    computed = []
    metric = metrics()["level"]
    counted = metric._replace(read=lambda evidence: computed.append(evidence) or metric.read(evidence))
    monkeypatch.setattr("tts_baseline.session.judge.sound.readable", lambda _: [counted])
    sound = sound_of(CASES[:1], {"a": speech}, {"a": replace(speech)})
    assert len(computed) == 1
    assert sound.base == sound.head
    sound_of(CASES[:1], {"a": speech}, {"a": louder(speech, -6.02)})
    assert len(computed) == 3
