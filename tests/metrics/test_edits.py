"""The least edit, against the recursion that defines it."""

from __future__ import annotations

import functools
import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tts_baseline.metrics import edits as module
from tts_baseline.metrics.edits import Edit, edits

OPENING, EXTENSION = 3.0, 1.0
SEQUENCES = st.lists(st.integers(0, 5), max_size=7)


def found(reference: list[int], other: list[int], band: int = 100) -> tuple[Edit, ...]:
    columns = [np.array(sequence, float).reshape(-1, 1) for sequence in (reference, other)]
    return edits(*columns, opening=OPENING, extension=EXTENSION, band=band)


def cost(edit: Edit, reference: list[int], other: list[int]) -> float:
    if edit.kind == "match":
        pairs = zip(reference[edit.start : edit.stop], other[edit.other_start : edit.other_stop], strict=True)
        return sum(abs(a - b) for a, b in pairs)
    return OPENING + EXTENSION * max(edit.stop - edit.start, edit.other_stop - edit.other_start)


def least(reference: list[int], other: list[int]) -> float:
    """The least cost of all edits, by trying every last run."""

    @functools.cache
    def to(i: int, j: int, last: str) -> float:
        if not i and not j:
            return 0.0
        ways = []
        if i and j:
            ways.append(to(i - 1, j - 1, "match") + abs(reference[i - 1] - other[j - 1]))
        if last != "missing":
            ways += [to(i - n, j, "missing") + OPENING + EXTENSION * n for n in range(1, i + 1)]
        if last != "extra":
            ways += [to(i, j - n, "extra") + OPENING + EXTENSION * n for n in range(1, j + 1)]
        return min(ways, default=math.inf)

    return to(len(reference), len(other), "match")


@given(SEQUENCES, SEQUENCES)
@example([5, 5], [1])  # a run is opened at a price, whichever of both it is of
@example([0], [5, 3])
def test_it_costs_the_least(reference: list[int], other: list[int]) -> None:
    runs = found(reference, other)
    assert sum(cost(run, reference, other) for run in runs) == pytest.approx(least(reference, other))


@given(SEQUENCES, SEQUENCES)
def test_the_runs_cover_both_without_a_gap(reference: list[int], other: list[int]) -> None:
    runs = found(reference, other)
    ends = [(0, 0), *((run.stop, run.other_stop) for run in runs)]
    assert [(run.start, run.other_start) for run in runs] == ends[:-1]
    assert ends[-1] == (len(reference), len(other))
    assert all(first.kind != second.kind for first, second in itertools.pairwise(runs))


@given(SEQUENCES)
def test_equal_sequences_match(sequence: list[int]) -> None:
    length = len(sequence)
    assert found(sequence, sequence) == ((Edit("match", 0, length, 0, length),) if sequence else ())


def test_what_was_cut_out_is_missing_and_what_was_put_in_is_extra():
    whole, cut = [0, 9, 1, 8, 2, 7, 3, 6, 4], [0, 9, 1, 3, 6, 4]
    assert [run for run in found(whole, cut) if run.kind != "match"] == [Edit("missing", 3, 6, 3, 3)]
    assert [run for run in found(cut, whole) if run.kind != "match"] == [Edit("extra", 3, 3, 3, 6)]


def test_a_band_keeps_matches_near_the_straight_line():
    reference, other = [0] * 20 + [9] * 20, [9] * 20 + [0] * 20
    wide, narrow = found(reference, other), found(reference, other, band=2)
    assert any(run.kind == "match" and run.start != run.other_start for run in wide)
    for run in narrow:
        if run.kind == "match":
            assert abs(run.start - run.other_start) <= 4


@pytest.mark.parametrize("later", [6, 20])
def test_what_is_later_by_less_than_the_band_is_found(later):
    reference = np.random.default_rng(4).integers(0, 30, 100).tolist()
    moved = [*[99] * later, *reference[:-later]]
    runs = found(reference, moved, band=later + 2)
    assert Edit("match", 0, 100 - later, later, 100) in runs


@pytest.mark.parametrize("lengths", [(300, 300), (300, 330), (330, 300), (50, 300)])
def test_a_band_that_is_wide_enough_changes_nothing(lengths):
    random = np.random.default_rng(1)
    reference, other = (random.integers(0, 30, length).tolist() for length in lengths)
    assert found(reference, other, band=280) == found(reference, other, band=10**6)


@pytest.mark.parametrize("block", [1, 2, 7, 64, 301])
def test_blocks_change_nothing(block, monkeypatch):
    random = np.random.default_rng(2)
    reference = random.integers(0, 30, 300).tolist()
    other = [*reference[:90], *random.integers(0, 30, 40).tolist(), *reference[130:]]
    whole = found(reference, other, band=60)
    monkeypatch.setattr(module, "_BLOCK", block)
    assert found(reference, other, band=60) == whole
    assert found(reference[:block], reference, band=60)[-1].other_stop == 300


def test_memory_does_not_grow_with_the_product_of_the_lengths(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 64)
    frames = np.random.default_rng(3).normal(size=(1_200, 3))
    tracemalloc.start()
    try:
        edits(frames, frames[100:], opening=OPENING, extension=EXTENSION, band=300)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20  # all rows at once are 17 MiB
    finally:
        tracemalloc.stop()
