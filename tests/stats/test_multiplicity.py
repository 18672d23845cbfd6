from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.stats.multiplicity import holm


def test_holms_own_example() -> None:
    # alpha/3 = 0.0167 rejects 0.010, alpha/2 = 0.025 rejects 0.020, alpha/1 = 0.05 keeps 0.06
    assert holm([0.06, 0.010, 0.020], 0.05) == (False, True, True)


def test_stops_at_the_first_that_is_kept() -> None:
    # 0.030 > 0.05/2 stops, so 0.040 stays although it is below 0.05
    assert holm([0.001, 0.030, 0.040], 0.05) == (True, False, False)


def test_a_p_value_at_its_share_is_rejected() -> None:
    assert holm([0.25, 0.5], 0.5) == (True, True)


def test_of_nothing_rejects_nothing() -> None:
    assert holm([], 0.05) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_lies_between_bonferroni_and_no_correction(p_values: list[float]) -> None:
    rejected = holm(p_values, 0.05)
    for p, answer in zip(p_values, rejected, strict=True):
        assert answer or p > 0.05 / len(p_values)
        assert not answer or p <= 0.05


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms())
def test_does_not_depend_on_the_order(p_values: list[float], dice: object) -> None:
    order = list(range(len(p_values)))
    dice.shuffle(order)
    shuffled = holm([p_values[i] for i in order], 0.05)
    plain = holm(p_values, 0.05)
    ties = len(set(p_values)) < len(p_values)
    assert ties or [plain[i] for i in order] == list(shuffled)
