"""What is slower, the code or the audio: worked out by hand, and over 200 planted changes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.calls import calls, replicate
from tests.support.judgements import judgement, restart
from tests.support.planted_lengths import KINDS, named_by_judge, named_by_screen, planted
from tests.support.runs import Maker
from tts_baseline.core.records import Run
from tts_baseline.core.verdict import ChangedPart, LatencySplit
from tts_baseline.gate.explain import as_json, reason
from tts_baseline.gate.judge import paired
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.split import part_of, said

LENGTHS = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 6.0}


def spoken(make: Maker, audio: Mapping[str, float], pace: float = 0.1, **fields) -> Run:
    """A run of calls that take `pace` for each second of audio, and nothing besides."""
    run = make.run({case: pace * s for case, s in audio.items()}, cases=tuple(audio), wobble=0, **fields)
    processes = [
        replace(each, calls={case: replace(c, audio_s=audio[case]) for case, c in each.calls.items()})
        for each in run.replicates
    ]
    return replace(run, replicates=tuple(processes))


def longer(factor: float) -> dict[str, float]:
    return {case: factor * s for case, s in LENGTHS.items()}


def split_of(verdict) -> LatencySplit:
    assert verdict.split is not None
    return verdict.split


@pytest.mark.parametrize(
    ("audio", "pace", "part", "sentence"),
    [
        (2.0, 0.1, "audio", "audio +100.0%, seconds per second of it +0.0%"),
        (1.0, 0.2, "code", "the audio is as long, the code is slower"),
        (2.0, 0.2, "both", "the audio is longer and the code slower"),
        (0.5, 0.2, "both", "the audio is shorter and the code slower, or the audio is cut after it was made"),
        (0.5, 0.1, "audio", "the audio is shorter, the code as fast as it was"),
    ],
)
def test_the_screen_names_the_part(make, verdict, audio, pace, part, sentence) -> None:
    dice = np.random.default_rng(7)
    runs = [spoken(make, LENGTHS, 0.1 * math.exp(dice.normal(0, 0.003))) for _ in range(8)]
    now = spoken(make, longer(audio), pace)
    for case in (None, "c"):
        found = verdict(now, baseline_of(runs), "latency", case)
        split = split_of(found)
        assert split.part == part
        assert split.audio.change == pytest.approx(audio - 1)
        assert split.pace.change == pytest.approx(pace / 0.1 - 1, abs=0.01)
        # as the identity has it: both parts together are the change
        assert (1 + split.audio.change) * (1 + split.pace.change) == pytest.approx(1 + found.change)
        assert sentence in reason(found)
        assert as_json(found)["split"]["part"] == part


def test_a_change_that_hides_another_is_said_though_the_latency_is_ok(make, verdict) -> None:
    dice = np.random.default_rng(7)
    runs = [spoken(make, LENGTHS, 0.1 * math.exp(dice.normal(0, 0.003))) for _ in range(8)]
    found = verdict(spoken(make, longer(0.8), 0.125), baseline_of(runs), "latency")
    assert (found.status, split_of(found).part) == ("ok", "both")
    assert "the audio is shorter and the code slower" in reason(found)
    quiet = verdict(spoken(make, LENGTHS), baseline_of(runs), "latency")
    assert (split_of(quiet).part, reason(quiet)) == ("", "")


def test_a_fixed_part_of_a_call_makes_longer_audio_no_faster_code(make, verdict) -> None:
    # 100 ms, and 10 ms a second: half as much audio again takes some 10 % longer, and less a second
    def run(factor: float) -> Run:
        made = spoken(make, longer(factor))
        seconds = {case: 0.1 + 0.01 * s for case, s in longer(factor).items()}
        timed = make.run(seconds, cases=tuple(LENGTHS), wobble=0)
        processes = [
            replace(each, calls={c: replace(k, audio_s=factor * LENGTHS[c]) for c, k in each.calls.items()})
            for each in timed.replicates
        ]
        return replace(timed, id=made.id, replicates=tuple(processes))

    runs = [run(1.0) for _ in range(8)]
    split = split_of(verdict(run(1.5), baseline_of(runs), "latency"))
    assert split.part == "audio"
    assert split.pace.change < -0.2
    assert split.code.change == pytest.approx(0.0, abs=1e-9)
    assert 0.05 < split.expected.change < 0.2


def test_few_cases_tell_no_law_and_the_part_is_not_guessed(make, verdict) -> None:
    two = {"a": 1.0, "b": 2.0}
    runs = [spoken(make, two) for _ in range(8)]
    split = split_of(
        verdict(spoken(make, {c: 1.3 * s for c, s in two.items()}), baseline_of(runs), "latency")
    )
    assert split.part == "unclear"
    assert "is not known" in said(split)
    # whatever the law, audio that is as long is not to blame
    slower = split_of(verdict(spoken(make, two, 0.13), baseline_of(runs), "latency"))
    assert slower.part == "code"


def test_a_run_without_audio_lengths_has_no_split(make, verdict) -> None:
    silent = dict.fromkeys(LENGTHS, 0.0)
    runs = [make.run(0.1, cases=tuple(LENGTHS)) for _ in range(4)]
    now = make.run(0.1, cases=tuple(LENGTHS))
    emptied = [
        replace(each, calls={c: replace(k, audio_s=silent[c]) for c, k in each.calls.items()})
        for each in now.replicates
    ]
    assert verdict(replace(now, replicates=tuple(emptied)), baseline_of(runs), "latency").split is None


def test_slow_drift_is_split_against_the_anchor(make, verdict) -> None:
    anchor = spoken(make, LENGTHS, anchor=True)
    runs = [spoken(make, longer(1.0 + 0.03 * step)) for step in range(1, 7)]
    now = spoken(make, longer(1.2))
    found = verdict(now, baseline_of(runs, anchor=anchor), "latency")
    assert found.cause == "slow drift"
    assert split_of(found).audio.change == pytest.approx(0.2)
    assert split_of(found).part == "audio"


def arms(audio: float, pace: float, noise: float = 0.001, restarts: int = 6):
    dice = np.random.default_rng(11)

    def arm(factor: float, each: float):
        made = {
            case: calls([each * factor * s * math.exp(dice.normal(0, noise))] * 2, 0.5, audio_s=factor * s)
            for case, s in LENGTHS.items()
        }
        return replicate(made, 1.0)

    return [restart(arm(1.0, 0.1), arm(audio, pace)) for _ in range(restarts)]


@pytest.mark.parametrize(
    ("audio", "pace", "part"),
    [(1.3, 0.1, "audio"), (1.0, 0.13, "code"), (1.3, 0.13, "both"), (1.0, 0.1, ""), (0.7, 0.1, "audio")],
)
def test_the_judge_names_the_part(audio: float, pace: float, part: ChangedPart) -> None:
    decided = paired.decide(judgement(arms(audio, pace)), chosen({}))
    latency = [v for v in decided if v.gate == "latency"]
    assert {split_of(v).part for v in latency} == {part}
    assert all(v.split is None for v in decided if v.gate != "latency")


def test_what_a_mode_of_processes_explains_is_no_slower_code() -> None:
    decided = paired.decide(judgement(arms(1.0, 0.112, restarts=3)), chosen({}))
    suite = next(v for v in decided if v.gate == "latency" and v.case is None)
    assert (suite.status, split_of(suite).part) == ("undecided", "")


@pytest.mark.parametrize(
    ("audio", "code", "total", "part"),
    [
        ("above", "within", "above", "audio"),
        ("within", "above", "above", "code"),
        ("above", "above", "above", "both"),
        ("below", "above", "within", "both"),
        ("within", "within", "within", ""),
        ("within", "within", "above", "both"),
        ("within", "within", "open", ""),
        ("above", "open", "above", "unclear"),
        ("open", "within", "within", ""),
        ("open", "open", "above", "unclear"),
        ("below", "open", "open", "unclear"),
    ],
)
def test_the_part_by_where_both_are(audio, code, total, part) -> None:
    assert part_of(audio, code, total) == part


@pytest.mark.no_cover  # counting lines takes three times as long as deciding
@pytest.mark.parametrize("named", [named_by_screen, named_by_judge])
def test_of_200_planted_changes_none_is_blamed_on_the_wrong_part(named) -> None:
    found = Counter((change.kind, named(change)) for change in planted(200, seed=18))
    wrong = {pair: n for pair, n in found.items() if pair[1] not in (KINDS[pair[0]], "unclear", "")}
    assert not wrong
    assert sum(n for (kind, part), n in found.items() if part == KINDS[kind]) >= 150
