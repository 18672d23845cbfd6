"""What the pages name is there: files, links, commands, options; their tables are what the code declares."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import tts_baseline
from tests.support.pages import PAGES, ROOT, command_lines, spans
from tts_baseline import cli
from tts_baseline.core.options import OPTIONS, flag

SOURCE = Path(tts_baseline.__file__).parent
TABLES = runpy.run_path(str(ROOT / "docs" / "tables.py"))
# What running, installing, building and exporting make, and what lies in a pending run.
MADE = (".tts-baseline/", ".tts-baseline-local/", ".venv/", "site/", "baselines/", "voices/")


def is_there(path: str) -> bool:
    return path.startswith(MADE) or (ROOT / path).exists() or (SOURCE / path).exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    words = [word for line in (*command_lines(page), *spans(page)) for word in line.split()]
    ours = {folder.name for root in (ROOT, SOURCE) for folder in root.iterdir() if folder.is_dir()}
    paths = [
        word for word in words if re.fullmatch(r"[.\w-]+(/[\w.-]*)+", word) and word.split("/")[0] in ours
    ]
    assert [path for path in paths if not is_there(path)] == []


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/method.md"])
def test_every_module_that_is_named_exists_whatever_room_it_is_in(page: str) -> None:
    paths = [span for span in spans(page) if re.fullmatch(r"[.\w-]+(/[\w.-]*)+", span)]
    assert len(paths) > 10
    assert [path for path in paths if not is_there(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


TYPED = sorted(
    {
        tuple(word for word in line.split()[1:] if word == line.split()[1] or word.startswith("-"))
        for page in PAGES
        for line in command_lines(page)
        if re.match(r"tts-baseline [a-z]+( |$)", line)
    }
)


@pytest.mark.parametrize("line", TYPED, ids=" ".join)
def test_every_command_and_option_that_is_typed_exists(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = line
    assert cli.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert [option for option in options if option not in shown] == []


def test_every_command_is_typed_somewhere() -> None:
    commands = {path.stem for path in (SOURCE / "cli").glob("[!_]*.py")}
    assert {line[0] for line in TYPED} == commands


def test_every_option_of_pytest_that_is_named_exists() -> None:
    named = {name for page in PAGES.values() for name in re.findall(r"--tts-[a-z]+(?:-[a-z]+)*", page)}
    assert named <= {"--tts-baseline", *(f"--tts-{flag(name)}" for name in OPTIONS)}
    assert len(named) > 5


@pytest.mark.parametrize("page", [page for page in PAGES if "make tables -->" in PAGES[page]])
def test_the_tables_are_what_the_code_declares(page: str) -> None:
    assert TABLES["filled"](PAGES[page]) == PAGES[page], "run: make tables"


@pytest.mark.parametrize("name", TABLES["TABLES"])
def test_every_table_is_in_the_manual(name: str) -> None:
    assert any(f"<!-- table of {name}: make tables -->" in page for page in PAGES.values())
