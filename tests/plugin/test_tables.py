"""Which table counts where a repository has several projects; a default that was taken is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.conftest import CASES, SETTINGS, VOICE

INNER = "packages/tts"


@pytest.fixture
def repository(pytester: pytest.Pytester) -> pytest.Pytester:
    """A repository whose root is pytest's, and whose package packages/tts has our table."""
    write(pytester.path, "[tool.pytest.ini_options]\n")
    write(pytester.path / INNER, SETTINGS)
    (pytester.path / INNER / "tests").mkdir()
    (pytester.path / INNER / "tests" / "test_plain.py").write_text("def test_plain(): pass\n")
    write(pytester.path / "packages" / "other", "")
    return pytester


def write(folder: Path, table: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    (folder / "cases.toml").write_text(CASES, encoding="utf-8")
    (folder / "voice.py").write_text(VOICE.format(change="pass"), encoding="utf-8")


def collected(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("--tts-baseline", "--collect-only", "-p", "no:cacheprovider", *words)


@pytest.mark.parametrize(
    "asked",
    [
        [INNER],
        [f"{INNER}/tests"],
        [f"{INNER}/tests/test_plain.py::test_plain"],
        [f"./packages/../{INNER}"],
        [INNER, f"{INNER}/tests/test_plain.py"],
    ],
)
def test_the_nearest_table_above_what_is_asked_for_counts(repository: pytest.Pytester, asked: list) -> None:
    result = collected(repository, *asked)
    result.stdout.fnmatch_lines(
        ["tts-baseline: voice:synthesize @ *", f"tts-baseline: settings of */{INNER}/pyproject.toml"]
    )


@pytest.mark.parametrize("asked", [[], ["packages"], ["packages/other"], ["."]])
def test_a_table_below_is_never_passed_over_for_the_default(repository: pytest.Pytester, asked: list) -> None:
    result = collected(repository, *asked)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: the pipeline is espeak, by default: no *; but packages/tts/pyproject.toml has one",
            "  next   pytest --tts-baseline packages/tts; or cd packages/tts; or *--tts-pipeline NAME",
        ]
    )
    assert not (repository.path / "baselines").exists()


def test_a_pipeline_that_is_named_is_no_default(repository: pytest.Pytester) -> None:
    result = collected(repository, "--tts-pipeline", "espeak")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["tts-baseline: espeak @ *", "tts-baseline: no *tool.tts-baseline* in *"])


@pytest.mark.parametrize("place", [".", INNER])
def test_a_near_miss_is_an_error_where_it_is_asked_for(repository: pytest.Pytester, place: str) -> None:
    file = repository.path / place / "pyproject.toml"
    file.write_text('[tool.tts_baseline]\npipeline = "voice:synthesize"\n', encoding="utf-8")
    result = collected(repository, place)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *tool.tts_baseline* is read by nothing", f"  where  {file}"])


def test_a_default_is_told_also_where_little_is_said(pytester: pytest.Pytester) -> None:
    write(pytester.path, "[tool.tts-baseline]\n")
    one = ("--tts-suite", "cases.toml", "--tts-cases", "uno", "-p", "no:cacheprovider")
    result = pytester.runpytest_inprocess("--tts-baseline", "-q", *one)
    assert result.ret == 0
    told = "the pipeline is espeak, by default: [[]tool.tts-baseline[]] of */pyproject.toml names none"
    result.stdout.fnmatch_lines([f"tts-baseline: {told}", "*= tts-baseline =*", told])
