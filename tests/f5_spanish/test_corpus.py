"""Every row of the corpus is read as it says, and a row that is flagged as wrong is wrong."""

from __future__ import annotations

from pathlib import Path

import corpus
import pytest

FILES = corpus.files()


@pytest.mark.no_cover  # counting its lines takes four times as long as reading them
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_type_is_read_as_its_rows_say(file: Path) -> None:
    verdicts = {row: corpus.faults(row) for row in corpus.rows(file)}
    wrong = [
        f"{row.written!r}: {'; '.join(found)}" for row, found in verdicts.items() if found and not row.wrong
    ]
    mended = [row.written for row, found in verdicts.items() if row.wrong and not found]
    assert not wrong
    assert not mended, "right by now: python benchmarks/reading/corpus.py --update"


def test_a_text_is_there_once_for_each_region() -> None:
    texts = [(row.written, row.region) for file in FILES for row in corpus.rows(file)]
    assert len(texts) == len(set(texts))
