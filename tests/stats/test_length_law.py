"""Time by length of audio: laws that are known, few cases, and none of a negative term."""

from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.stats.length_law import LengthLaw, laws

LENGTHS = [0.8, 1.5, 2.0, 3.1, 4.4, 6.0, 9.5]


def taken(law: LengthLaw, lengths=LENGTHS) -> list[float]:
    return [law.fixed + s * (law.linear + s * law.square) for s in lengths]


@pytest.mark.parametrize(
    "true",
    [
        LengthLaw(0.3, 0.0, 0.0),
        LengthLaw(0.0, 0.05, 0.0),
        LengthLaw(0.2, 0.1, 0.0),
        LengthLaw(0.2, 0.1, 0.03),
        LengthLaw(0.1, 0.0, 0.02),
    ],
)
def test_a_law_without_noise_is_found_whatever_cases_are_left_out(true: LengthLaw) -> None:
    found = laws(LENGTHS, taken(true))
    assert len(found) == 6
    for law in found:
        assert taken(law) == pytest.approx(taken(true), rel=1e-9)


def test_logs_are_of_what_the_law_says() -> None:
    law = LengthLaw(1.0, 2.0, 3.0)
    assert law.logs(np.array([[1.0, 2.0]])).tolist() == [pytest.approx([np.log(6), np.log(17)])]


def test_times_that_fall_with_the_length_make_no_negative_term() -> None:
    law = laws(LENGTHS, [1 / s for s in LENGTHS])[0]
    assert (law.linear, law.square) == (0.0, 0.0)
    assert law.fixed > 0


@pytest.mark.parametrize("lengths", [[1.0, 2.0, 3.0, 4.0], [2.0, 2.1, 2.2, 2.3, 2.9]])
def test_of_few_cases_or_equal_lengths_only_the_extremes_are_known(lengths: list[float]) -> None:
    constant, steep = laws(lengths, lengths)
    assert np.ptp(constant.logs(np.array([1.0, 9.0]))) == 0.0
    mean = float(np.mean(lengths))
    power = np.diff(steep.logs(mean * np.exp(np.array([-1e-6, 1e-6])))) / 2e-6
    assert power == pytest.approx(1.5, rel=1e-6)


def test_the_laws_of_scattered_cases_differ_by_as_much_as_is_unknown() -> None:
    dice = np.random.default_rng(3)
    lengths = np.linspace(1, 8, 20)
    grown = [
        law.logs(np.array([4.4])) - law.logs(np.array([4.0]))
        for law in laws(lengths, taken(LengthLaw(0.5, 0.2, 0.0), lengths) * np.exp(dice.normal(0, 0.2, 20)))
    ]
    true = np.log((0.5 + 0.88) / (0.5 + 0.8))
    assert min(grown) < true < max(grown)
    assert max(grown) - min(grown) < 0.05
