"""Listeners' ratings from a CSV: read strictly, shown by listener, and held beside each metric."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.runs import reading, run
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Case
from tts_baseline.session.ratings import criteria, read, tables

CASES = tuple(Case(id=f"c{n}", text="Hola.", region="mexican" if n % 2 else "castilian") for n in range(8))
RUN = replace(
    run(
        readings=[reading("hnr", f"c{n}", float(n)) for n in range(8)]
        + [reading("lsd", f"c{n}", float(n)) for n in range(8)]
    ),
    cases=CASES,
)
HEAD = "listener,case,kind,sound,against,score\n"


def line(listener: str, case: str, kind: str, score: float, against: str = "", sound: str = RUN.id) -> str:
    return f"{listener},{case},{kind},{sound},{against},{score:g}\n"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "ratings.csv"
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


def ratings(folder: Path, *lines: str):
    return read(written(folder, *lines), RUN)


def cell(table, row: str, head: str):
    (found,) = (each for each in table.rows if each.name == row)
    return found.cells[table.heads.index(head)]


def test_means_are_those_of_listeners_by_region(tmp_path):
    """Ana gives all castilian cases 4, mexican ones 2; Leo has heard one, and gives it 5."""
    lines = [line("ana", f"c{n}", "mos", 2 if n % 2 else 4) for n in range(8)]
    people, _ = tables(ratings(tmp_path, *lines, line("leo", "c0", "mos", 5)), RUN, None)
    assert cell(people, "MOS", "all").value == 4.0
    assert cell(people, "MOS", "all").count == 2
    assert cell(people, "MOS", "castilian").value == 4.5
    mexican = cell(people, "MOS", "mexican")
    assert (mexican.value, mexican.low, mexican.count) == (2.0, None, 1)


def test_comparisons_and_preferences_have_rows_of_their_own(tmp_path):
    found = ratings(
        tmp_path,
        line("ana", "c0", "cmos", -1, "golden"),
        line("leo", "c0", "cmos", 2, "golden"),
        line("ana", "c0", "ab", 1, "20250101-000000-bbbb"),
        line("ana", "c1", "ab", 0.5, "20250101-000000-bbbb"),
    )
    people, _ = tables(found, RUN, None)
    assert cell(people, "CMOS against golden", "all").value == 0.5
    assert cell(people, "preferred against 20250101-000000-bbbb", "all").value == 0.75


def test_a_metric_agrees_that_ranks_cases_as_listeners_do(tmp_path):
    """HNR is better where it is higher, and LSD where it is lower; both rise with the case, as MOS does."""
    lines = [line(who, f"c{n}", "mos", 1 + n / 2) for n in range(8) for who in ("ana", "leo")]
    _, agreement = tables(ratings(tmp_path, *lines), RUN, None)
    assert cell(agreement, "hnr", "with MOS").value == 1.0
    assert cell(agreement, "lsd", "with MOS").value == -1.0
    assert cell(agreement, "hnr", "with MOS").count == 8
    assert cell(agreement, "hnr", "its change with CMOS") is None


def test_the_criteria_are_of_those_who_rated_both(tmp_path):
    """Three listeners find it 0.05, 0 and 0.1 worse than its golden; the fourth has not heard that."""
    lines = []
    for who, worse in (("ana", 0.05), ("leo", 0.0), ("eva", 0.1)):
        lines += [line(who, "c0", "mos", 4 - worse), line(who, "c0", "mos", 4, sound="golden")]
    mos, naturalness = criteria(ratings(tmp_path, *lines, line("paz", "c0", "mos", 1)), RUN)
    assert mos.figure is not None
    assert (mos.figure.value, mos.figure.count) == (pytest.approx(-0.05), 3)
    assert mos.says == "open"  # three listeners leave it between -0.17 and 0.07
    assert (naturalness.says, naturalness.figure) == ("not measured", None)


def test_naturalness_is_met_where_the_whole_interval_is_no_worse(tmp_path):
    lines = [line(f"l{n}", "c0", "cmos", score, "golden") for n, score in enumerate((1, 0.5, 1, 0.5, 1))]
    _, naturalness = criteria(ratings(tmp_path, *lines), RUN)
    assert naturalness.says == "met"
    worse = [line(f"l{n}", "c0", "cmos", -score, "golden") for n, score in enumerate((1, 0.5, 1, 0.5, 1))]
    assert criteria(ratings(tmp_path, *worse), RUN)[1].says == "missed"


def test_a_mark_of_bytes_and_any_line_ends_are_read(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_bytes("\ufeff".encode() + (HEAD + line("ana", "c0", "mos", 4)).replace("\n", "\r\n").encode())
    assert len(read(path, RUN)) == 1


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line("ana", "c0", "mos", 6)], "line 2: a score of mos is 1 to 5, not 6"),
        ([line("ana", "c0", "cmos", 4, "golden")], "line 2: a score of cmos is -3 to 3, not 4"),
        ([line("ana", "c0", "ab", 2, "golden")], "line 2: a score of ab is 0 to 1, not 2"),
        ([line("ana", "c0", "mos", 4, "golden")], "against is empty"),
        ([line("ana", "c0", "cmos", 1)], "is against another sound"),
        ([line("ana", "c0", "cmos", 1, RUN.id)], "is against another sound"),
        ([line("ana", "c9", "mos", 4)], "has no case 'c9'"),
        ([line("ana", "c0", "mos", 4)] * 2, "line 3: this listener has rated that already"),
        ([line("ana", "c0", "nps", 4)], "line 2: Invalid enum value 'nps'"),
        (["ana,c0,mos,x,,four\n"], "line 2: Expected `float`"),
        (["ana,c0,mos,x,,nan\n"], "line 2: "),
        (["ana,c0,mos\n"], "line 2: "),
        (["ana,c0,mos,x,,4,5\n"], "line 2: the columns are"),
        ([line("ana", "c0", "mos", 4, sound="another")], "none of the 1 ratings is of run"),
        ([], "none of the 0 ratings"),
    ],
)
def test_what_is_no_rating_is_refused_with_its_line(tmp_path, lines, says):
    with pytest.raises(SettingsError) as refused:
        ratings(tmp_path, *lines)
    assert says in refused.value.what


def test_no_file_no_text_and_other_columns_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        read(tmp_path / "none.csv", RUN)
    (tmp_path / "ratings.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read(tmp_path / "ratings.csv", RUN)
    with pytest.raises(SettingsError, match="the columns are listener, case, kind, sound, against, score"):
        read(written(tmp_path, "ana,4\n", head="who,score\n"), RUN)
