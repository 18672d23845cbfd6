"""What the README shows is run, and what it says is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def test_it_fits_three_screens() -> None:
    assert len(README.splitlines()) <= 120


def test_ten_lines_gate_a_pipeline_of_ones_own(pytester: pytest.Pytester) -> None:
    (voice,) = blocks(README, "python")
    settings, _ = blocks(README, "toml")
    assert len([line for line in (voice + settings).splitlines() if line.strip()]) <= 10
    (pytester.path / "my_tts.py").write_text(voice, encoding="utf-8")
    (pytester.path / "pyproject.toml").write_text(settings, encoding="utf-8")
    words = ("--tts-baseline", "--tts-cases", "hello,thanks", "-p", "no:cacheprovider")
    first = pytester.runpytest_subprocess(*words)
    first.assert_outcomes(passed=3)
    first.stdout.fnmatch_lines(["recorded: quality.json*"])
    pytester.runpytest_subprocess(*words).assert_outcomes(passed=3)


def test_the_second_project_is_the_example_of_it() -> None:
    example = (ROOT / "examples" / "f5_project" / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(blocks(README, "toml")[1]) == tomllib.loads(example)


def test_the_manual_shows_the_same_ten_lines() -> None:
    gate = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    assert blocks(gate, "python")[0] == blocks(README, "python")[0]
    assert blocks(gate, "toml")[0] == blocks(README, "toml")[0]


def test_its_two_commands_are_what_ci_runs() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    run = re.findall(r"- run: (make [\w-]+)$", workflow, flags=re.MULTILINE)
    assert re.findall(r"^(make \w+)", README, flags=re.MULTILINE) == ["make gate", "make test"]
    assert run[:2] == ["make gate", "make test"]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {command.removeprefix("make ") for command in run} <= set(targets)


def test_ci_runs_pinned_actions_with_nothing_but_reading() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", workflow)
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
    assert re.findall(r"permissions:\n((?:  .*\n)+)", workflow) == ["  contents: read\n"]
