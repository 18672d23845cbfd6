"""docs/f5_spanish.md says what is there."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tts_baseline import cli
from tts_baseline.pipelines.f5_spanish.settings import PRESETS, F5Settings
from tts_baseline.pipelines.f5_spanish.text import controls

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PAGE = (Path(__file__).parents[2] / "docs" / "f5_spanish.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*F5Settings.__struct_fields__, *PRESETS])
def test_every_setting_and_preset_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_tags_and_their_figures_are_those_of_the_code() -> None:
    assert all(f"`[{tag}]`" in PAGE for tag in (*controls.STYLES, *controls.SPEEDS))
    assert f"{controls.SPEEDS['fast']} and {controls.SPEEDS['slow']} of the pace" in PAGE


@pytest.mark.skipif(find_spec("damga") is None, reason="damga is not installed")
def test_the_plan_it_shows_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = re.search(r"\$ tts-baseline plan (.*?)\n(.*?)```", PAGE, flags=re.DOTALL).groups()
    text, region = re.fullmatch(r"'(.*)' --region (\w+)", command).groups()
    assert cli.main(["plan", text, "--region", region]) == 0
    assert capsys.readouterr().out.strip() == shown.strip()


def test_its_figures_are_the_recorded_ones() -> None:
    start = json.loads((BENCHMARKS / "f5_start" / "results.json").read_text(encoding="utf-8"))
    for phase, found in start["ratios"].items():
        low, high = found["interval_95"]
        row = f"| {phase} | {found['ratio']:.2f} [{low:.2f}, {high:.2f}] | {found['upstream_s']:.2f} s |"
        assert row in PAGE
    text = json.loads((BENCHMARKS / "f5_text" / "results.json").read_text(encoding="utf-8"))
    found = text["ms_per_100_characters"]
    low, high = found["interval_95"]
    assert f"{found['median']:.2f} ms [{low:.2f}, {high:.2f}] for 100 characters" in PAGE
