from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.commands import new_project
from tests.support.counted import counted, more
from tests.support.runs import Maker
from tests.support.verdicts import outcome, screened, verdict
from tts_baseline.core.records import Baseline, Environment
from tts_baseline.gate.verdicts import fails, gating
from tts_baseline.report.format import View
from tts_baseline.report.formats import terminal
from tts_baseline.report.story import story
from tts_baseline.session.outcome import explained
from tts_baseline.session.project import open_project


@pytest.fixture
def make() -> Maker:
    return Maker()


def lines_of(run, baseline: Baseline) -> list[str]:
    verdicts = [v for v in gating(screened(run, baseline)) if fails(v, missing="record", undecided="warn")]
    return story(verdicts, run, baseline).splitlines()


def test_a_regression_is_told_with_numbers_place_and_next_commands(make) -> None:
    stages = {"text": 0.01, "model": 0.09}
    runs = [make.run(0.1, wobble=0, stages=stages) for _ in range(3)]
    run = make.run(0.25, wobble=0, stages=stages | {"model": 0.24})
    assert lines_of(run, baseline_of(runs)) == [
        "es: latency regressed, +150.0% (95% [+118.3, +186.4]; limit 5.0%)",
        "  baseline 100.0 ms   3 accepted runs on this machine, last at abc1234, 2026-11-22",
        "  current  250.0 ms",
        "  because  the audio is as long, the code is slower",
        "  where    model +150.0 ms; text within 30.0 ms",
        "  cases    c0 +150.0%, c1 +150.0%, c2 +150.0% and 3 more",
        "Next:",
        f"  look    tts-baseline compare {run.id} --case c0",
        f'  accept  tts-baseline accept  {run.id} --reason "..."',
        f"  drop    tts-baseline reject  {run.id}",
    ]


@pytest.mark.parametrize(("asked", "name"), [({}, "r1"), ({"report": "other"}, "'other place/r1'")])
def test_a_run_that_is_kept_elsewhere_is_called_by_its_folder(
    make, tmp_path, monkeypatch, asked, name
) -> None:
    monkeypatch.chdir(new_project(tmp_path))
    project = open_project(tmp_path, asked)
    folder = tmp_path / ("other place" if asked else ".tts-baseline") / "r1"
    slower = replace(make.run(0.25, wobble=0), id="r1")
    now = outcome(slower, [verdict("latency", "regressed", "c0")], folder=folder)
    last = explained(now, now.verdicts, project).splitlines()[-3:]
    assert last == [
        f"  look    tts-baseline compare {name} --case c0",
        f'  accept  tts-baseline accept  {name} --reason "..."',
        f"  drop    rm -r {name}" if asked else f"  drop    tts-baseline reject  {name}",
    ]


def test_one_case_alone_is_told_by_name(make) -> None:
    runs = [make.run(0.1, wobble=0) for _ in range(3)]
    now = {f"c{n}": 0.1 for n in range(6)} | {"c3": 0.25}
    lines = lines_of(make.run(now, wobble=0), baseline_of(runs))
    assert lines[0].startswith("es/c3: latency regressed, +150.0%")


def test_software_that_changed_is_told(make) -> None:
    runs = [make.run(0.1, wobble=0) for _ in range(3)]
    run = make.run(0.2, wobble=0)
    newer = Environment(key="here", device="cpu", hardware={}, software={"numpy": "3", "torch": "2"})
    run = replace(run, environment=newer, provenance={"voice": "b"})
    assert "changed around it: numpy 2 -> 3, torch - -> 2, voice - -> b" in lines_of(run, baseline_of(runs))


def test_a_run_with_failures_is_not_offered_for_acceptance(make) -> None:
    lines = lines_of(make.run(failures=["c9"]), Baseline())
    assert lines[0] == "es/c9: utterance invalid: crash: signal 11"
    assert not any("accept" in line for line in lines)


def test_many_invalid_cases_are_counted_not_listed(make) -> None:
    run = make.run(scores={"structure": None}, cases=[f"c{n}" for n in range(12)])
    assert "and 4 more; the report lists them all" in lines_of(run, Baseline())


def test_the_message_and_the_summary_name_the_operator(make) -> None:
    baseline, now = baseline_of([counted(make)]), counted(make, more(mm=1))
    verdicts = [v for v in screened(now, baseline) if v.family == "work"]
    failing = [v for v in gating(verdicts) if v.status == "regressed"]
    lines = story(failing, now, baseline).splitlines()
    assert lines[:5] == [
        "es: operators regressed, +3 (limit 0)",
        "  baseline 36   1 accepted run on this machine, last at abc1234, 2026-11-22",
        "  current  39",
        "  because  aten.mm +3 (12 -> 15)",
        "  cases    c0 +1, c1 +1, c2 +1",
    ]
    shown = terminal.render(outcome(now, verdicts), View())
    assert "operators regressed: aten.mm +3 (12 -> 15)" in shown
    assert next(line.split() for line in shown.splitlines() if line.startswith("REGRESSED ")) == [
        "REGRESSED", "operators", "36", "39", "+3", "+0",
    ]  # fmt: skip
