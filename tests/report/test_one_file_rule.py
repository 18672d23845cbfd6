"""A report format is one file: a copy of the package gets one more, and nothing else is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.package import MAIN, ROOT, copied, outcomes, python

FORMAT = '''"""The verdicts in one line, and nothing else."""

from __future__ import annotations

from tts_baseline.core.outcome import Outcome
from tts_baseline.report.format import FormatSpec, View
from tts_baseline.report.sheets import counts

SPEC = FormatSpec(name="line", file="line.txt")


def render(outcome: Outcome, view: View) -> str:
    """The suite's verdicts, counted."""
    return f"{counts(outcome.verdicts)}\\n"
'''
VOICE = """
import numpy as np


def synthesize(text):
    return np.sin(np.arange(8000) / (10 + len(text))).astype("f4") / 2, 16000
"""
SUITE = '[[case]]\nid = "hola"\ntext = "Hola."\n[[case]]\nid = "adios"\ntext = "Adiós, amigo."\n'
CONTRACT = ROOT / "tests" / "contracts" / "test_formats.py"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = copied(tmp_path / "copy")
    (package / "report" / "formats" / "line.py").write_text(FORMAT, encoding="utf-8")
    return package


def test_it_is_listed_written_for_each_run_and_shown(package: Path, tmp_path: Path) -> None:
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")
    (tmp_path / "suite.toml").write_text(SUITE, encoding="utf-8")
    listed = python(package, "-c", MAIN, "report", "--help")
    assert "  line         The verdicts in one line, and nothing else.\n" in listed.stdout

    done = python(
        package, "-c", MAIN, "run", "--pipeline", "voice:synthesize", "--suite", "suite.toml", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (written,) = (tmp_path / ".tts-baseline").glob("*/line.txt")
    assert re.fullmatch(r"\d+ no baseline\n", written.read_text(encoding="utf-8"))
    assert (written.parent / "report.md").is_file()

    shown = python(package, "-c", MAIN, "report", "last", "--format", "line", cwd=tmp_path)
    assert re.fullmatch(r"(\d+ \w+(, )?)+\n\n", shown.stdout), shown.stderr


def test_its_contract_is_tested(package: Path) -> None:
    done = outcomes(package, CONTRACT, "line or heavy")
    assert done.returncode == 0, done.stdout
    assert "PASSED tests/contracts/test_formats.py::test_it_tells_one_run_from_another[line]" in done.stdout
    file = package / "report" / "formats" / "line.py"
    file.write_text(FORMAT.replace("counts(outcome.verdicts)", "'fine'"), encoding="utf-8")
    done = outcomes(package, CONTRACT, "line or heavy")
    assert "FAILED tests/contracts/test_formats.py::test_it_tells_one_run_from_another[line]" in done.stdout


def test_one_that_is_not_named_as_its_file_is_refused(package: Path) -> None:
    formats = package / "report" / "formats"
    (formats / "line.py").rename(formats / "cases.py")
    done = python(package, "-c", MAIN, "report", "--help")
    assert "declares the report format 'line'" in done.stderr
    assert "name the file line.py or the report format 'cases'" in done.stderr
