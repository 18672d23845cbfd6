"""One matrix product more in a request is caught, every time, and named; unchanged work never is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.table import find_root
from tts_baseline.core.verdict import Operator, Verdict
from tts_baseline.gate.verdicts import verdicts
from tts_baseline.measure.replicate import ReplicatePace, measure
from tts_baseline.session.measurement.score import score
from tts_baseline.session.project import Project, open_project

RUNS = 3  # fresh processes of each kind; with six cases, 18 requests of each kind
ROOT = Path(__file__).parents[2]
WORK = ("allocated", "flops", "operators", "syncs")
WIDTH, FRAMES = 32, 40
EXTRA = "x @ WEIGHT"

VOICE = """
import torch

torch.manual_seed(0)
NET = torch.nn.Sequential(torch.nn.Linear({width}, 64), torch.nn.GELU(), torch.nn.Linear(64, {width})).eval()
WEIGHT = torch.eye({width})
BUILT = []


@torch.inference_mode()
def synthesize(text):
    if not BUILT:  # in the first call only, which is not the work of each
        BUILT.append(torch.ones(3) + 1)
    x = torch.linspace(-0.5, 0.5, {frames} * {width}).view({frames}, {width}).repeat(len(text), 1)
    x = torch.nn.functional.scaled_dot_product_attention(x[None], x[None], x[None])[0]
    {extra}
    y = NET(x)
    return (y / y.abs().max().item()).flatten().numpy(), 16000
"""
CASES = "\n".join(f'[[case]]\nid = "c{number}"\ntext = "{"a" * number}"\n' for number in (1, 3, 5, 8, 13, 21))
SETTINGS = '[tool.tts-baseline]\npipeline = "counted_voice:synthesize"\nsuite = "cases.toml"\n'
OWN = """
def test_each(tts_case, tts_work):
    work = tts_work(tts_case)
    assert work.reason is None
    assert work.operators == sum(work.by_operator["operators"].values()) > 5
    assert work.by_operator["flops"]["aten.addmm"] == 4 * 32 * 64 * 40 * len(tts_case.text)
    assert work.flops > work.by_operator["flops"]["aten.addmm"]
    assert (work.syncs, work.by_operator["syncs"]) == (1, {"aten._local_scalar_dense": 1})
    assert work.allocated > 4 * 40 * 32 * len(tts_case.text)


def test_a_text_of_its_own(tts_work):
    short, long = tts_work("aa"), tts_work("aaaa")
    assert short.operators == long.operators
    assert long.by_operator["flops"]["aten.addmm"] == 2 * short.by_operator["flops"]["aten.addmm"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose unchanged pipeline was measured and recorded by pytest."""
    made = tmp_path_factory.mktemp("counted")
    for name, text in (("pyproject.toml", SETTINGS), ("cases.toml", CASES), ("test_own.py", OWN)):
        (made / name).write_text(text, encoding="utf-8")
    change(made, "pass")
    first = gate(made, "-k", "not of_its_own")
    assert first.returncode == 0, first.stdout + first.stderr
    return made


def change(folder: Path, extra: str) -> None:
    voice = VOICE.format(width=WIDTH, frames=FRAMES, extra=extra)
    (folder / "counted_voice.py").write_text(voice, encoding="utf-8")


def gate(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tts-baseline",
         "--tts-missing", "record", "--tts-against", "none", "-v", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def judged(project: Project, accepted: Run) -> list[Verdict]:
    """The verdicts on the work that one more fresh process does."""
    pace = ReplicatePace(passes=1, timeout=60, load_timeout=120)
    taken = measure(project.worker, project.cases, index=0, pace=pace)
    utterances = {case: (spoken,) for case, spoken in taken.utterances.items()}
    readings, _ = score(project.cases, [taken.replicate], utterances, None, {})
    run = replace(accepted, id="now", replicates=(taken.replicate,), readings=readings, acceptance=None)
    screen = verdicts(run, Baseline(runs=(accepted,)), None, project.limits).screen
    return [verdict for verdict in screen if verdict.family == "work"]


def moved(verdict: Verdict) -> list[Operator]:
    """The operators whose counts are behind a verdict."""
    assert verdict.cause == "operators"
    return list(verdict.grounds.operators)


@pytest.fixture
def project(folder: Path) -> Project:
    return open_project(find_root(folder, folder), {})


@pytest.fixture
def accepted(project: Project) -> Run:
    (path,) = project.root.glob("baselines/*/cpu/machines/*/*.json")
    (run,) = project.store("cpu").runs(path.parent.name)
    return run


def test_unchanged_work_is_ok_in_every_process(project, accepted, monkeypatch) -> None:
    for number in range(RUNS):
        monkeypatch.setenv("OMP_NUM_THREADS", str(1 + number % 2))
        verdicts = judged(project, accepted)
        assert len(verdicts) == len(WORK) * (1 + len(project.cases))
        assert {(v.status, v.change, v.cause) for v in verdicts} == {("ok", 0.0, "")}


def test_an_extra_product_is_a_regression_in_every_process_and_case_and_is_named(
    folder, project, accepted
) -> None:
    change(folder, EXTRA)
    for _ in range(RUNS):
        by_case = {(v.gate, v.case): v for v in judged(project, accepted)}
        for case in project.cases:
            frames = FRAMES * len(case.text)
            grown = {gate: by_case[gate, case.id].change for gate in WORK}
            assert grown == {
                "allocated": 4 * frames * WIDTH,
                "flops": 2 * frames * WIDTH * WIDTH,
                "operators": 1,
                "syncs": 0,
            }
            assert moved(by_case["operators", case.id]) == [Operator("aten.mm", 0, 1)]
        for gate in ("allocated", "flops", "operators"):
            assert {by_case[gate, case.id].status for case in project.cases} == {"regressed"}
            assert by_case[gate, None].status == "regressed"
            assert moved(by_case[gate, None])[0].name == "aten.mm"
        assert moved(by_case["operators", None]) == [Operator("aten.mm", 0, len(project.cases))]
        assert by_case["syncs", None].status == "ok"


def test_pytest_fails_the_item_of_work_and_the_test_that_asked_and_names_the_operator(folder) -> None:
    change(folder, EXTRA)
    done = gate(folder)
    shown = done.stdout
    assert done.returncode == 1, shown + done.stderr
    assert "tts-baseline::cases::work FAILED" in shown
    assert "test_own.py::test_each[c21] FAILED" in shown
    assert "test_own.py::test_a_text_of_its_own PASSED" in shown
    assert "cases: operators regressed, +6 (limit 0)" in shown
    assert "because  aten.mm +6 (0 -> 6)" in shown
    assert "operators regressed: aten.mm +6 (0 -> 6)" in shown
    page = json.loads(max(folder.glob(".tts-baseline/*/verdicts.json")).read_text())
    named = {v["case"]: v["reason"] for v in page["verdicts"] if v["gate"] == "operators"}
    assert len(named) == 7
    assert all(reason.startswith("aten.mm +") for reason in named.values())


def test_the_manual_says_how_often_that_was_tried() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    requests = RUNS * CASES.count("[[case]]")
    assert f"in {RUNS} of {RUNS} runs ({requests} of {requests} requests)" in page
    assert "`pytest tests/f5/test_work_gate.py`" in page
