"""The suite reader: what it accepts, and that each refusal says what, where and what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.core.errors import SuiteError
from tts_baseline.core.records import Case
from tts_baseline.suites import reader

GOOD = '[[case]]\nid = "one"\ntext = "Uno."\n'


def write(folder: Path, text: str, name: str = "mine.toml") -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return name


def refusal(folder: Path, text: str) -> SuiteError:
    name = write(folder, text)
    with pytest.raises(SuiteError) as caught:
        reader.read(name, folder)
    assert str(folder / name) in caught.value.where
    assert name in caught.value.hint
    return caught.value


def test_a_case_has_the_documented_defaults(tmp_path: Path) -> None:
    assert reader.read(write(tmp_path, GOOD), tmp_path) == (Case(id="one", text="Uno."),)


def test_a_case_takes_every_key(tmp_path: Path) -> None:
    name = write(
        tmp_path,
        '[[case]]\nid = "a-b_2"\ntext = "Dos."\nregion = "mexican"\ntags = ["x", "y"]\nseed = 7\n'
        'style = "calm"\nspeed = 1.5\n',
    )
    assert reader.read(name, tmp_path) == (
        Case(id="a-b_2", text="Dos.", region="mexican", tags=("x", "y"), seed=7, style="calm", speed=1.5),
    )


def test_defaults_hold_for_cases_that_do_not_say_otherwise(tmp_path: Path) -> None:
    name = write(
        tmp_path,
        '[defaults]\nregion = "rioplatense"\nspeed = 0.9\n' + GOOD + '[[case]]\nid = "two"\ntext = "Dos."\n'
        'region = "neutral"\n',
    )
    first, second = reader.read(name, tmp_path)
    assert (first.region, first.speed) == ("rioplatense", 0.9)
    assert (second.region, second.speed) == ("neutral", 0.9)


def test_cases_keep_the_order_of_the_file(tmp_path: Path) -> None:
    text = "".join(f'[[case]]\nid = "{name}"\ntext = "Texto."\n' for name in ("z", "a", "m"))
    assert [case.id for case in reader.read(write(tmp_path, text), tmp_path)] == ["z", "a", "m"]


def test_a_path_is_relative_to_the_root_and_may_be_absolute(tmp_path: Path) -> None:
    name = write(tmp_path, GOOD, "suites/de/uno.toml")
    assert reader.read(name, tmp_path) == reader.read(str(tmp_path / name), Path("/"))


def test_a_built_in_name_wins_over_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "es").mkdir()
    assert reader.read("es", tmp_path) == reader.read(str(reader.built_in()["es"]), tmp_path)


def test_a_missing_file_names_the_built_in_suites_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        reader.read("ess", tmp_path)
    assert "no suite 'ess' (did you mean 'es'?)" in caught.value.what
    assert "built in: es" in caught.value.what
    assert caught.value.where == str(tmp_path / "ess")
    assert "--tts-suite es" in caught.value.hint


def test_a_folder_is_not_a_suite(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    with pytest.raises(SuiteError, match="no suite 'cases'"):
        reader.read("cases", tmp_path)


def test_invalid_toml_says_the_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, '[[case]]\nid = "one\n').what


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(GOOD.encode() + "# año\n".encode("latin-1"))
    with pytest.raises(SuiteError, match="not valid TOML"):
        reader.read("mine.toml", tmp_path)


@pytest.mark.parametrize("text", ["", "case = []\n", '[defaults]\nregion = "mexican"\n'])
def test_a_file_without_cases_is_refused(tmp_path: Path, text: str) -> None:
    assert "no cases" in refusal(tmp_path, text).what


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases = []\n", "unknown top-level key 'cases' (did you mean 'case'?)"),
        ('[case]\nid = "one"\ntext = "Uno."\n', "write [[case]]"),
        ("case = [1]\n", "write [[case]]"),
        ("case = 1\n", "write [[case]]"),
        ("[case]\n", "write [[case]]"),
        ("defaults = 1\n" + GOOD, "write [defaults]"),
        ('[defaults]\ntext = "Uno."\n' + GOOD, "unknown key 'text'"),
        ("[defaults]\nregoin = 'mexican'\n" + GOOD, "unknown key 'regoin' (did you mean 'region'?)"),
    ],
)
def test_a_wrong_shape_is_refused(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text).what


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('id = "two"\ntext = "Dos."\ntag = ["x"]', "unknown key 'tag' (did you mean 'tags'?)"),
        ('id = "two"', "`text`"),
        ('text = "Dos."', "`id`"),
        ('id = "two"\ntext = 2', "Expected `str`, got `int`"),
        ('id = "two"\ntext = "Dos."\ntags = "x"', "Expected `array`, got `str`"),
        ('id = "two"\ntext = "Dos."\nseed = 1.5', "Expected `int`"),
        ('id = "two"\ntext = "Dos."\nseed = 18446744073709551616', "Expected `int` <= 9223372036854775807"),
        ('id = "Two"\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = "-two"\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = "two\\n"\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = "../two"\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = "dós"\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = ""\ntext = "Dos."', "[a-z0-9][a-z0-9_-]*"),
        ('id = "one"\ntext = "Dos."', "case 1 is named 'one' too"),
        ('id = "two"\ntext = ""', "the text is empty"),
        ('id = "two"\ntext = " \\n\\t"', "the text is empty"),
        ('id = "two"\ntext = "Dos."\nspeed = 0', "speed must be more than 0"),
        ('id = "two"\ntext = "Dos."\nspeed = -1.0', "speed must be more than 0"),
        ('id = "two"\ntext = "Dos."\nspeed = nan', "speed must be more than 0"),
        ('id = "two"\ntext = "Dos."\nspeed = inf', "speed must be more than 0"),
    ],
)
def test_a_wrong_case_is_refused_by_its_number_and_id(tmp_path: Path, table: str, says: str) -> None:
    error = refusal(tmp_path, f"{GOOD}[[case]]\n{table}\n")
    assert says in error.what
    assert "case 2" in error.where
    if "id =" in table:
        assert "('" in error.where


CASES = st.lists(
    st.builds(
        Case,
        id=st.from_regex(r"[a-z0-9][a-z0-9_-]*", fullmatch=True),
        text=st.text().filter(str.strip),
        region=st.text(),
        tags=st.lists(st.text()).map(tuple),
        seed=st.integers(-(2**63), 2**63 - 1),
        style=st.none() | st.text(),
        speed=st.floats(0.01, 100),
    ),
    min_size=1,
    unique_by=lambda case: case.id,
).map(tuple)


def as_toml(case: Case) -> str:
    values = {key: getattr(case, key) for key in Case.__struct_fields__}
    # JSON's strings and lists are TOML's, but for DEL, which TOML wants escaped.
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in values.items()
        if value is not None
    ]
    return "\n".join(["[[case]]", *lines, ""])


@given(cases=CASES)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, cases: tuple[Case, ...]) -> None:
    folder = tmp_path_factory.getbasetemp()
    path = folder / "round-trip.toml"
    path.write_bytes("".join(map(as_toml, cases)).encode())
    assert reader.read(path.name, folder) == cases


CHOICE = (
    Case(id="one", text="Uno.", tags=("short", "neutral")),
    Case(id="two", text="Dos.", tags=("short", "mexican")),
    Case(id="three", text="Tres.", tags=("long", "mexican")),
)


@pytest.mark.parametrize(
    ("ids", "tags", "left"),
    [
        ((), (), ["one", "two", "three"]),
        (("three", "one"), (), ["one", "three"]),
        ((), ("mexican",), ["two", "three"]),
        ((), ("long", "neutral"), ["one", "three"]),
        (("one", "two"), ("mexican",), ["two"]),
    ],
)
def test_choosing_keeps_what_satisfies_both(
    ids: tuple[str, ...], tags: tuple[str, ...], left: list[str]
) -> None:
    assert [case.id for case in reader.choose(CHOICE, ids, tags)] == left


@pytest.mark.parametrize(
    ("ids", "tags", "says", "option"),
    [
        (("one", "tree"), (), "no case 'tree' (did you mean 'three'?)", "--tts-cases"),
        ((), ("mexcan",), "no tag 'mexcan' (did you mean 'mexican'?)", "--tts-tags"),
    ],
)
def test_an_unknown_choice_names_the_nearest(
    ids: tuple[str, ...], tags: tuple[str, ...], says: str, option: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        reader.choose(CHOICE, ids, tags)
    assert says in caught.value.what
    assert option in caught.value.where
    assert option in caught.value.hint


def test_a_choice_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(SuiteError, match="no cases are left") as caught:
        reader.choose(CHOICE, ("one",), ("mexican",))
    assert "ids one; tags mexican" in caught.value.where


def test_choosing_from_nothing_is_refused() -> None:
    with pytest.raises(SuiteError, match="no cases"):
        reader.choose((), (), ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_either_line_end_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "mine.toml").write_bytes(GOOD.replace("\n", end).encode(encoding))
    assert reader.read("mine.toml", tmp_path) == (Case(id="one", text="Uno."),)


@pytest.mark.parametrize(
    ("data", "what", "command"),
    [
        (GOOD.encode("utf-16"), "not UTF-8, but UTF-16", "iconv -f utf-16"),
        (GOOD.encode("utf-32"), "not UTF-8, but UTF-16 or UTF-32", "iconv"),
        (GOOD.replace("Uno", "Único").encode("latin-1"), "not UTF-8, byte 2. is 0xda", "iconv -f iso-8859-1"),
        (b"a = " + b"[" * 5_000, "not valid TOML: it is nested too deep", "correct the file"),
        (b"#" * (2**24 + 1), "larger than 16 MiB", "ls -l"),
    ],
)
def test_what_is_no_text_of_ours_is_named(tmp_path: Path, data: bytes, what: str, command: str) -> None:
    (tmp_path / "mine.toml").write_bytes(data)
    with pytest.raises(SuiteError, match=what) as caught:
        reader.read("mine.toml", tmp_path)
    assert caught.value.where == str(tmp_path / "mine.toml")
    assert command in caught.value.hint


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GOOD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may read everything
    with pytest.raises(SuiteError, match="cannot be read: Permission denied") as caught:
        reader.read("mine.toml", tmp_path)
    assert caught.value.hint == f"ls -l {tmp_path / 'mine.toml'}"


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="File name too long"):
        reader.read("x" * 5_000, tmp_path)


def test_an_id_is_as_long_as_the_name_of_a_file_may_be(tmp_path: Path) -> None:
    assert len(reader.read(write(tmp_path, GOOD.replace("one", "x" * 200)), tmp_path)) == 1
    refused = refusal(tmp_path, GOOD.replace("one", "x" * 201))
    assert "200 characters, not 201" in refused.what
    assert len(refused.where) < len(str(tmp_path)) + 80
