"""What the manual shows is run, and its figures are the recorded ones."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.support.pages import PAGES, ROOT, blocks, results
from tts_baseline import cli
from tts_baseline.core import settings
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.settings import Settings
from tts_baseline.gate.limits import chosen
from tts_baseline.pipelines import _load
from tts_baseline.pipelines.f5_spanish import settings as f5
from tts_baseline.pipelines.f5_spanish.text import controls
from tts_baseline.plugin.fixtures import NAMES
from tts_baseline.stats import change_points
from tts_baseline.suites import reader

GATE, F5 = PAGES["docs/gate.md"], PAGES["docs/f5_spanish.md"]


def test_a_class_with_settings_and_stages_is_gated(pytester: pytest.Pytester) -> None:
    _, voice = blocks("docs/gate.md", "python")
    _, settings, suite = blocks("docs/gate.md", "toml")
    (pytester.path / "my_tts.py").write_text(voice, encoding="utf-8")
    (pytester.path / "pyproject.toml").write_text(settings, encoding="utf-8")
    (pytester.path / "cases.toml").write_text(suite, encoding="utf-8")
    words = ("--tts-baseline", "--tts-suite", "cases.toml", "-p", "no:cacheprovider")
    pytester.runpytest_subprocess(*words).assert_outcomes(passed=3)
    run = json.loads(next(pytester.path.glob(".tts-baseline/*/run.json")).read_text())
    assert run["replicates"][0]["calls"]["greeting"]["stages"].keys() == {"text", "model"}


def test_the_suite_it_shows_is_read(tmp_path: Path) -> None:
    (tmp_path / "cases.toml").write_text(blocks("docs/gate.md", "toml")[2], encoding="utf-8")
    (case,) = reader.read("cases.toml", tmp_path)
    assert (case.id, case.region, case.tags, case.seed, case.speed) == (
        "greeting", "mexican", ("short",), 7, 1.1,
    )  # fmt: skip
    assert f"`es`, has {len(reader.read('es', tmp_path))} Spanish sentences" in GATE


def test_the_tests_it_shows_pass(pytester: pytest.Pytester) -> None:
    (shown,) = blocks("docs/tests.md", "python")
    (pytester.path / "test_shown.py").write_text(shown, encoding="utf-8")
    (pytester.path / "pyproject.toml").write_text('[tool.tts-baseline]\npipeline = "espeak"\n')
    words = ("--tts-baseline", "-p", "no:cacheprovider", "-k", "sentence")
    done = pytester.runpytest_subprocess(*words)
    assert done.parseoutcomes().keys() <= {"passed", "deselected"}
    assert done.parseoutcomes()["passed"] > 10


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_fixture_is_explained(name: str) -> None:
    assert f"| `{name}" in PAGES["docs/tests.md"]


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_every_setting_is_explained(name: str) -> None:
    assert f"| `{name}` |" in PAGES["docs/settings.md"]


@pytest.mark.parametrize(("page", "name"), [("docs/servers.md", "http"), ("docs/command.md", "command")])
def test_the_settings_that_a_page_shows_build_its_pipeline(page: str, name: str) -> None:
    tables = [tomllib.loads(text)["tool"]["tts-baseline"] for text in blocks(page, "toml")]
    assert tables
    for table in tables:
        assert table["pipeline"] == name
        _load.build(_load.resolve(name), table["pipelines"][name], device="cpu", optimize=())


def test_the_limits_it_shows_can_be_read() -> None:
    limits, *_ = blocks("docs/metrics.md", "toml")
    assert chosen(tomllib.loads(limits)["tool"]["tts-baseline"]["limits"]) == chosen({})


def test_the_ears_it_shows_are_settings(tmp_path: Path) -> None:
    _, *tables = blocks("docs/metrics.md", "toml")
    for text in tables:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        assert settings.read(tmp_path, {}).ears


@pytest.mark.parametrize("field", [f.name for f in msgspec.structs.fields(MetricSpec) if f.required])
def test_every_field_that_a_metric_must_declare_is_explained(field: str) -> None:
    assert f"`{field}`" in PAGES["docs/extending.md"]


def test_the_metric_it_shows_is_the_example_that_is_tested() -> None:
    (text,) = blocks("docs/extending.md", "python")
    assert text == (ROOT / "examples" / "own_metric" / "brightness.py").read_text(encoding="utf-8")


# Figures


def test_figures_of_planted_regressions_are_the_recorded_ones() -> None:
    page = results("planted")
    for row in page["planted"]:
        assert f"| {row['plant']} | {row['caught']} of {row['tried']} |" in GATE
    passed = sum(run["exit"] == 0 for run in page["unchanged"])
    assert f"| unchanged | {passed} of {len(page['unchanged'])} passed |" in GATE


def test_figures_of_the_reference_clock_are_the_recorded_ones() -> None:
    page = results("reference_clock")
    low, high = page["interval_95"]
    assert f"{page['ratio_of_spreads']:.1f} times smaller [{low:.1f}, {high:.1f}]" in GATE


def test_the_cost_of_not_using_it_is_the_recorded_one() -> None:
    extra = results("idle_cost")["extra_s"]
    low, high = (f"{end * 1e3:.0f}" for end in extra["interval_95"])
    assert f"{extra['median'] * 1e3:.0f} ms [{low}, {high}]" in GATE


RULES = {
    "wall": "wall clock alone",
    "cpu": "CPU time alone",
    "both agree": "both must agree",
    "wall, else cpu may fail": "wall, else CPU may fail",
}


def test_the_decision_for_two_clocks_shows_what_was_replayed() -> None:
    rows = results("gate_vs_peers")["clocks"]
    for rule, name in RULES.items():
        cells = [
            f"{row['fails']['count']} / {row['undecided']['count']} %"
            for rig in ("espeak-idle", "espeak-busy", "torch-idle")
            for row in rows
            if (row["rig"], row["rule"]) == (rig, rule) and np.isclose(row["level"], 0.07)
        ]
        assert f"| {name} | {' | '.join(cells)} |" in PAGES["docs/decisions/two-clocks.md"]
    assert not any(row["fails"]["count"] for row in rows if row["level"] == 0)


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        ("tts-baseline judge", "the judge"),
        ("pytest-benchmark min:5%", "pytest-benchmark `min:5%`"),
        ("asv continuous, factor 1.05", "asv continuous, factor 1.05"),
    ],
)
def test_the_decision_for_a_judge_shows_what_was_replayed(gate: str, name: str) -> None:
    rows = results("gate_vs_peers")["gates"]
    cells = []
    for rig in ("espeak-idle", "espeak-busy", "torch-idle", "torch-busy"):
        unchanged, slower = (
            next(
                row["fails"]["count"]
                for row in rows
                if (row["rig"], row["gate"], row["reading"]) == (rig, gate, "as used")
                and np.isclose(row["level"], level)
            )
            for level in (0.0, 0.1)
        )
        cells.append(f"{unchanged} / {slower}")
    assert f"| {name} | {' | '.join(cells)} |" in PAGES["docs/decisions/judge.md"]


def test_the_decision_for_own_change_points_shows_what_their_module_says() -> None:
    names = ["4 + 4", "10 + 2", "10 + 3", "10 + 10", "20 + 5", "10 up 10 down 10", "10 up 10 up 10"]
    at_1_percent, at_2_percent = (
        re.search(rf"spread {spread} % +((?:\d+ *)+)$", change_points.__doc__ or "", flags=re.MULTILINE)[
            1
        ].split()
        for spread in (1, 2)
    )
    shown = dict(zip(names, zip(at_1_percent, at_2_percent, strict=True), strict=True))
    rows = re.findall(
        r"^\| (\d.*) \| (\d+) \| (\d+) \|$", PAGES["docs/decisions/change-points.md"], flags=re.MULTILINE
    )
    assert len(rows) == 4
    assert all(shown[name] == tuple(shares) for name, *shares in rows)


# f5_spanish


@pytest.mark.parametrize("name", [*f5.read({}).__struct_fields__, *f5.PRESETS])
def test_every_setting_and_preset_of_f5_spanish_is_named(name: str) -> None:
    assert f"`{name}`" in F5


def test_tags_and_their_figures_are_those_of_the_code() -> None:
    assert all(f"`[{tag}]`" in F5 for tag in (*controls.STYLES, *controls.SPEEDS))
    assert f"{controls.SPEEDS['fast']} and {controls.SPEEDS['slow']} of the pace" in F5


def test_the_plan_it_shows_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = re.search(r"\$ tts-baseline plan (.*?)\n(.*?)```", F5, flags=re.DOTALL).groups()
    text, region = re.fullmatch(r"'(.*)' --region (\w+)", command).groups()
    assert cli.main(["plan", text, "--region", region]) == 0
    assert capsys.readouterr().out.strip() == shown.strip()


def test_figures_of_f5_spanish_are_the_recorded_ones() -> None:
    start = results("f5_start")
    for phase, figures in start["ratios"].items():
        low, high = figures["interval_95"]
        row = f"| {phase} | {figures['ratio']:.2f} [{low:.2f}, {high:.2f}] | {figures['upstream_s']:.2f} s |"
        assert row in F5
    total = start["ratios"]["all to the first utterance"]
    low, high = total["interval_95"]
    shown = f"{total['ratio']:.2f} [{low:.2f}, {high:.2f}] of upstream's {total['upstream_s']:.2f} s"
    assert shown in PAGES["docs/decisions/own-dit.md"]
    text = results("f5_text")["ms_per_100_characters"]
    low, high = text["interval_95"]
    assert f"{text['median']:.2f} ms [{low:.2f}, {high:.2f}] for 100 characters" in F5


def test_the_page_of_load_has_the_recorded_counts_of_crossed_and_honest_answers() -> None:
    found = results("identity")
    planted, caught = (
        sum(count for turn in found["planted"] for count in turn[key].values())
        for key in ("planted", "caught")
    )
    honest = sum(found[name]["answers"] for name in ("server", "rounded", "restless"))
    accused = sum(found[name]["accused"] for name in ("server", "rounded", "restless"))
    page = " ".join(PAGES["docs/load.md"].split())
    assert f"{caught} of {planted} wrong answers" in page
    assert f"of {honest:,} honest answers, {found['restless']['answers']:,} of them" in page
    assert accused == sum(turn["false"] for turn in found["planted"]) == 0
