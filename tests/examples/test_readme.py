"""What the README shows is run, and what it says is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tts_baseline import cli
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.registry import gates, metrics
from tts_baseline.plugin.fixtures import NAMES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def results(name: str) -> dict:
    return json.loads((ROOT / "benchmarks" / name / "results.json").read_text(encoding="utf-8"))


def test_ten_lines_gate_a_pipeline_of_ones_own(pytester: pytest.Pytester) -> None:
    voice = next(block for block in blocks("python") if "def synthesize" in block)
    settings = next(block for block in blocks("toml") if "pipeline" in block)
    assert len([line for line in (voice + settings).splitlines() if line.strip()]) <= 10
    (pytester.path / "my_tts.py").write_text(voice, encoding="utf-8")
    (pytester.path / "pyproject.toml").write_text(settings, encoding="utf-8")
    words = ("--tts-baseline", "--tts-cases", "hello,thanks", "-p", "no:cacheprovider")
    first = pytester.runpytest_subprocess(*words)
    first.assert_outcomes(passed=3)
    first.stdout.fnmatch_lines(["recorded: quality.json*"])
    pytester.runpytest_subprocess(*words).assert_outcomes(passed=3)


def test_the_tests_it_shows_pass(pytester: pytest.Pytester) -> None:
    shown = next(block for block in blocks("python") if "def test_" in block)
    (pytester.path / "test_shown.py").write_text(shown, encoding="utf-8")
    (pytester.path / "pyproject.toml").write_text('[tool.tts-baseline]\npipeline = "espeak"\n')
    words = ("--tts-baseline", "-p", "no:cacheprovider", "-k", "sentence")
    done = pytester.runpytest_subprocess(*words)
    assert done.parseoutcomes().keys() <= {"passed", "deselected"}
    assert done.parseoutcomes()["passed"] > 10


@pytest.mark.parametrize(
    "name", sorted({*metrics(), *NAMES, *(option.name for option in OPTIONS), "restarts", "timeout"})
)
def test_every_metric_fixture_and_option_is_named(name: str) -> None:
    assert f"`{name}" in README


@pytest.mark.parametrize("name", sorted(gates()))
def test_default_limits_are_those_of_the_code(name: str) -> None:
    spec = gates()[name]
    row = next(line for line in README.splitlines() if line.startswith(f"| `{spec.name}` |"))
    limit = row.split("|")[3].strip().lstrip("±")
    assert limit.removesuffix(" dB") == (
        "no new fault" if name == "structure" else spec.limit.removesuffix(" dB")
    )


def test_every_command_it_types_exists() -> None:
    typed = set(re.findall(r"^tts-baseline (\w+)", README, flags=re.MULTILINE))
    assert typed >= {"run", "compare", "accept", "reject", "report", "doctor"}
    for command in typed:
        with pytest.raises(SystemExit) as stop:
            cli.main([command, "--help"])
        assert stop.value.code == 0


def test_figures_of_planted_regressions_are_the_recorded_ones() -> None:
    page = results("planted")
    for row in page["planted"]:
        assert f"| {row['plant']} | {row['caught']} of {row['tried']} |" in README
    passed = sum(run["exit"] == 0 for run in page["unchanged"])
    assert f"| unchanged | {passed} of {len(page['unchanged'])} passed |" in README


def test_figures_of_the_reference_clock_are_the_recorded_ones() -> None:
    page = results("reference_clock")
    low, high = page["interval_95"]
    assert f"{page['ratio_of_spreads']:.1f} times smaller [{low:.1f}, {high:.1f}]" in README


def test_the_cost_of_not_using_it_is_the_recorded_one() -> None:
    extra = results("idle_cost")["extra_s"]
    assert f"{extra['median'] * 1e3:.0f} ms" in README
