"""How both arms sound, metric by metric: medians and the paired change, over the cases that both have."""

from __future__ import annotations

import random
from statistics import median

import pytest
from msgspec.structs import replace

from tests.support.judgements import even, judgement
from tts_baseline.core.judgement import Judgement, PairedSound
from tts_baseline.core.records import Reading
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.judge.sound import changes, decide, of_metric
from tts_baseline.gate.limits import chosen


def readings(metric: str, **values: float | None) -> tuple[Reading, ...]:
    return tuple(Reading(metric=metric, case=case, value=value) for case, value in values.items())


def sound(base: tuple[Reading, ...], head: tuple[Reading, ...]) -> PairedSound:
    return PairedSound(base=base, head=head, identical=(), cases=("a", "b", "c"))


def test_the_change_is_that_of_the_cases_and_the_medians_are_the_arms() -> None:
    base, head = readings("snr_vad", a=20.0, b=30.0, c=40.0), readings("snr_vad", a=19.0, b=32.0, c=41.5)
    (snr,) = changes(sound(base, head))
    assert (snr.metric, snr.unit, snr.cases) == ("snr_vad", "dB", 3)
    assert (snr.base, snr.head, snr.change) == (30.0, 32.0, 1.5)
    assert (snr.low, snr.high) == (-1.0, 2.0)


def test_a_case_that_an_arm_has_no_value_of_is_left_out() -> None:
    base, head = readings("stoi", a=0.9, b=None, c=0.5), readings("stoi", a=0.8, b=0.7, c=None)
    (stoi,) = changes(sound(base, head))
    assert (stoi.base, stoi.head, stoi.cases) == (0.9, 0.8, 1)
    assert stoi.change == pytest.approx(-0.1)
    assert changes(sound(readings("stoi", c=1.0), ())) == ()


def test_each_metric_reads_its_own_and_no_time_is_a_sound() -> None:
    base = readings("stoi", a=0.9) + readings("level", a=-20.0) + readings("latency", a=1.0)
    head = readings("latency", a=2.0) + readings("level", a=-23.0) + readings("stoi", a=0.8)
    assert {change.metric: change.change for change in changes(sound(base, head))} == {
        "level": -3.0,
        "stoi": pytest.approx(-0.1),
    }


def test_a_reading_of_the_whole_run_is_of_no_case() -> None:
    whole_run = (Reading(metric="level", case=None, value=-20.0),)
    assert changes(sound(whole_run, whole_run)) == ()


NAMES = [f"c{n}" for n in range(16)]


def judged(base: list[Reading], head: list[Reading], restarts: int = 3) -> list[Verdict]:
    heard = PairedSound(base=tuple(base), head=tuple(head), identical=(), cases=tuple(NAMES))
    measured: Judgement = judgement([even(NAMES, 0.25, 0.25)] * restarts)
    return [v for v in decide(replace(measured, sound=heard), chosen({})) if v.metric == base[0].metric]


def of_seeds(
    metric: str, base: float, change: float, chance: float = 0.0, seed: int = 1
) -> tuple[list, list]:
    """Readings of 16 cases under three seeds, which move both arms by 5 alike, and the head by chance."""
    dice = random.Random(seed)
    arms: tuple[list[Reading], list[Reading]] = ([], [])
    for name in NAMES:
        seeds = [base + dice.gauss(0, 5) for _ in range(3)]
        heads = [value + change + dice.gauss(0, chance) for value in seeds]
        for arm, values in zip(arms, (seeds, heads), strict=True):
            arm.append(Reading(metric=metric, case=name, value=median(values), values=tuple(values)))
    return arms


@pytest.mark.parametrize(
    ("change", "chance", "status"),
    [
        (0.0, 0.0, "ok"),
        (-0.9, 0.0, "ok"),
        (-1.1, 0.0, "regressed"),
        (-2.0, 0.3, "regressed"),
        (2.0, 0.3, "improved"),
    ],
)
def test_the_sound_is_decided_by_pairs_of_the_same_seed(change: float, chance: float, status: str) -> None:
    suite, *cases = judged(*of_seeds("snr_vad", 30.0, change, chance))
    assert (suite.gate, suite.case, suite.status, suite.decided_by) == ("snr", None, status, "judge")
    assert [v.case for v in cases] == NAMES


def interval_at(part: float, base: list[Reading], head: list[Reading]) -> tuple[float | None, float | None]:
    """The interval of the suite's change at this part of the error rates."""
    spec = metrics()[base[0].metric].spec
    heard = PairedSound(base=tuple(base), head=tuple(head), identical=(), cases=tuple(NAMES))
    suite = of_metric(spec, chosen({})[spec.key], heard, (), part=part)[0]
    return suite.low, suite.high


@pytest.mark.parametrize(("restarts", "part"), [(3, 0.14), (4, 0.11), (6, 0.31), (8, 0.44)])
def test_each_look_has_its_part_of_the_error_rates_where_seeds_differ(restarts: int, part: float) -> None:
    base, head = of_seeds("level", -20.0, 0.3, 1.0)
    suite = judged(base, head, restarts)[0]
    assert (suite.low, suite.high) == interval_at(part, base, head)
    assert suite.high < interval_at(0.01, base, head)[1]


@pytest.mark.parametrize("restarts", [3, 8])
def test_a_voice_that_says_the_same_each_time_is_looked_at_once(restarts: int) -> None:
    base, head = ([replace(r, values=()) for r in arm] for arm in of_seeds("level", -20.0, 0.3, 1.0))
    suite = judged(base, head, restarts)[0]
    assert (suite.low, suite.high) == interval_at(1.0, base, head)
    assert interval_at(1.0, base, head) != interval_at(0.14, base, head)


@pytest.mark.no_cover  # hundreds of suites; tests beside it count these lines
def test_unchanged_heads_of_a_voice_that_chance_moves_pass() -> None:
    statuses = [judged(*of_seeds("snr_vad", 30.0, 0.0, 2.0, seed))[0].status for seed in range(100)]
    assert statuses.count("regressed") == 0
    assert statuses.count("ok") >= 95


def test_a_case_that_only_the_head_cannot_say_is_invalid() -> None:
    base, head = of_seeds("level", -20.0, 0.0)
    head[3] = Reading(metric="level", case="c3", value=None, reason="empty audio")
    assert [(v.case, v.grounds.message) for v in judged(base, head) if v.status == "invalid"] == [
        ("c3", "empty audio")
    ]
    base[3] = head[3]
    assert not [v for v in judged(base, head) if v.status == "invalid"]


def test_one_ruined_case_fails_alone() -> None:
    base, head = of_seeds("level", -20.0, 0.0)
    values = tuple(value - 12 for value in base[5].values)
    head[5] = Reading(metric="level", case="c5", value=median(values), values=values)
    assert [(v.case, v.cause) for v in judged(base, head) if v.status == "regressed"] == [("c5", "gross")]


def test_what_nobody_listened_to_has_no_verdict() -> None:
    assert decide(judgement([even(NAMES, 0.25, 0.25)] * 3), chosen({})) == ()
