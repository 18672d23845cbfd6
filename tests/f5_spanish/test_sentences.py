"""Real sentences that were reviewed line by line are read as they were reviewed, or better."""

from __future__ import annotations

from pathlib import Path

import pytest
import review

FILES = sorted(review.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_reviewed_sentence_keeps_its_verdict(file: Path) -> None:
    reviewed = review.sentences(file)
    now = [review.today(row) for row in reviewed]
    unread = [f"{new.written!r}: {new.read!r}" for new in now if new.verdict == "unread"]
    mended = [new.written for old, new in zip(reviewed, now, strict=True) if new.verdict != old.verdict]
    assert len(reviewed) >= 300
    assert not unread, "read each, and write its verdict into the file"
    assert not mended, "right by now: python benchmarks/reading/review.py --update"


def test_an_interval_is_wilsons() -> None:
    low, high = review.wilson(10, 100)
    assert (low, high) == pytest.approx(
        (0.05523, 0.17437), abs=1e-5
    )  # R, prop.test(10, 100, correct = FALSE)


def test_a_reading_that_nobody_reviewed_has_no_verdict() -> None:
    row = review.Sentence(
        written="Hay 2 gatos.", read="Hay 2 gatos.", package="own", verdict="wrong", should=("x",)
    )
    assert review.today(row).verdict == "unread"
    assert review.today(review.replace(row, should=("Hay dos gatos",))).verdict == "right"
    assert review.today(review.replace(row, read="hay dos gatos")).verdict == "wrong"
