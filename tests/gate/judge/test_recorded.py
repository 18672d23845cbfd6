"""A checkpoint is judged by how near it is to the recordings; its loss by pairs of clips."""

from __future__ import annotations

import math

import pytest

from tts_baseline.core.judgement import PairedSound
from tts_baseline.core.records import Reading
from tts_baseline.gate import limits
from tts_baseline.gate.judge import loss, recorded

CASES = [f"c{number}" for number in range(8)]
LIMITS = limits.chosen({})


def sound(metric: str, base: float | None, head: float | None) -> PairedSound:
    def readings(value: float | None) -> tuple[Reading, ...]:
        values = () if value is None else (value, value * 1.0001)
        return tuple(Reading(metric=metric, case=case, value=value, values=values) for case in CASES)

    return PairedSound(base=readings(base), head=readings(head), identical=(), cases=tuple(CASES))


def recordings(metric: str, value: float | None) -> list[Reading]:
    return [Reading(metric=metric, case=case, value=value) for case in CASES]


@pytest.mark.parametrize(
    ("metric", "there", "base", "head", "status"),
    [
        ("duration", 2.0, 2.0, 2.0, "ok"),
        ("duration", 2.0, 2.0, 2.3, "regressed"),
        ("duration", 2.0, 2.3, 2.0, "improved"),  # nearer, though it has changed
        ("duration", 2.0, 2.3, 1.7, "ok"),  # as far, on the other side
        ("duration", 2.0, 2.02, 2.04, "ok"),  # by a share of the recording, not of the distance
        ("level", -20.0, -20.0, -23.0, "regressed"),
        ("level", -20.0, -24.0, -20.5, "improved"),
        ("f0", 0.0, 0.2, -3.0, "regressed"),
        ("f0", 0.0, -3.0, 0.2, "improved"),
        ("stoi", 1.0, 0.9, 0.8, "regressed"),  # what has a direction keeps it
        ("stoi", 1.0, 0.8, 0.9, "improved"),
    ],
)
def test_what_goes_farther_from_the_recordings_regresses(
    metric: str, there: float, base: float, head: float, status: str
) -> None:
    decided = recorded.decide(sound(metric, base, head), recordings(metric, there), LIMITS, CASES, share=1.0)
    assert [verdict.status for verdict in decided if verdict.case is None] == [status]
    assert {verdict.decided_by for verdict in decided} == {"judge"}


def test_distances_are_shown_as_what_they_are() -> None:
    decided = recorded.decide(
        sound("duration", 2.3, 1.6), recordings("duration", 2.0), LIMITS, CASES, share=1.0
    )
    assert (decided[0].baseline, decided[0].current) == pytest.approx((0.15, 0.2))
    assert (decided[0].unit, decided[0].limit) == ("1", pytest.approx(0.05, abs=0.001))


@pytest.mark.parametrize(
    ("there", "base", "head", "statuses"),
    [(2.0, 2.0, None, {"invalid"}), (None, 2.0, 2.0, set()), (0.0, 2.0, 2.0, set()), (2.0, None, 2.0, set())],
)
def test_what_has_no_distance_is_judged_only_where_it_had_one(
    there: float | None, base: float | None, head: float | None, statuses: set[str]
) -> None:
    decided = recorded.decide(
        sound("duration", base, head), recordings("duration", there), LIMITS, CASES, share=1.0
    )
    assert {verdict.status for verdict in decided} == statuses


def test_only_these_cases_speak() -> None:
    made = sound("level", -20.0, -20.0)
    worse = tuple(
        Reading(metric="level", case=r.case, value=-30.0, values=(-30.0, -30.0)) if r.case == "c0" else r
        for r in made.head
    )
    made = PairedSound(base=made.base, head=worse, identical=(), cases=made.cases)
    of = {
        cases: recorded.decide(made, recordings("level", -20.0), LIMITS, cases, share=1.0)
        for cases in (("c0",), ("c1", "c2"))
    }
    assert [[v.status for v in decided if v.case is None] for decided in of.values()] == [
        ["regressed"],
        ["ok"],
    ]


def clips(*losses: float) -> dict[str, float]:
    return {f"c{number}": value for number, value in enumerate(losses)}


BEFORE = (0.6, 0.7, 0.8, 0.9, 0.65, 0.75)


@pytest.mark.parametrize(
    ("factors", "status"),
    [
        ((1.0,) * 6, "ok"),
        ((1.1, 1.12, 1.09, 1.1, 1.11, 1.1), "regressed"),
        ((0.9, 0.91, 0.92, 0.9, 0.9, 0.88), "improved"),
        ((1.0, 1.2, 0.9, 1.1, 0.95, 1.3), "undecided"),
        ((1.001, 0.999, 1.0, 1.002, 1.0, 0.998), "ok"),
        ((math.nan, 1, 1, 1, 1, 1), "invalid"),
        ((math.inf, 1, 1, 1, 1, 1), "invalid"),
    ],
)
def test_the_loss_is_judged_by_pairs(factors: tuple[float, ...], status: str) -> None:
    after = [loss_ * factor for loss_, factor in zip(BEFORE, factors, strict=True)]
    verdict = loss.decide(clips(*BEFORE), clips(*after), list(clips(*BEFORE)), share=1.0)
    assert (verdict.gate, verdict.status) == ("loss", status)
    if status == "regressed":
        assert verdict.low is not None
        assert verdict.low > loss.LIMIT
        assert verdict.change == pytest.approx(0.1033, abs=0.001)


def test_a_loss_that_was_no_number_is_not_compared() -> None:
    verdict = loss.decide(clips(math.nan, 1.0), clips(1.0, 1.0), ["c0", "c1"], share=1.0)
    assert verdict.status == "not comparable"


def test_a_share_of_the_error_rates_widens_the_interval() -> None:
    after = clips(
        *(value * factor for value, factor in zip(BEFORE, (1, 1.01, 1.02, 1, 1, 1.01), strict=True))
    )
    whole, half = (loss.decide(clips(*BEFORE), after, list(after), share=share) for share in (1.0, 0.5))
    assert half.low < whole.low < whole.high < half.high  # type: ignore[operator]


def test_the_loss_of_clips_has_an_interval() -> None:
    whole = loss.of_clips(clips(*BEFORE), list(clips(*BEFORE)))
    assert (whole.clips, whole.mean) == (6, pytest.approx(sum(BEFORE) / 6))
    assert whole.low < whole.mean < whole.high
    alone = loss.of_clips(clips(0.5), ["c0"])
    assert (alone.mean, alone.low, alone.high) == (0.5, -math.inf, math.inf)
