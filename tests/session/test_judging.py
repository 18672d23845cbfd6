"""The sequential loop, with restarts made of numbers: when it stops, what it leaves out, what it says."""

from __future__ import annotations

import math
import random

import pytest

from tests.support.calls import calls
from tests.support.judgements import restart
from tts_baseline.core.errors import PipelineError, RequestFailed, SettingsError
from tts_baseline.core.judgement import Against, Paired
from tts_baseline.core.records import Calls, Case
from tts_baseline.gate.judge import paired
from tts_baseline.measure import pair
from tts_baseline.measure.pair import Arm, CaseLost, DoesNotFit
from tts_baseline.session.judge import restarts
from tts_baseline.session.judge.bench import Bench
from tts_baseline.session.judge.restarts import judge
from tts_baseline.session.measurement.pilot import Pilot
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.project import open_project

CASES = [Case(id=f"c{number}", text="x" * (number + 1)) for number in range(5)]
ALL = tuple(case.id for case in CASES)
LATENCY = ("latency",)


class Machine:
    """Stands in for the workers: each restart differs by `slower` and a noise of its own."""

    def __init__(self, slower: float = 0.0, noise: float = 0.002) -> None:
        self.slower, self.noise = slower, noise
        self.asked: list[tuple[int, tuple[str, ...], bool]] = []
        self.raises: list[Exception] = []
        self.stolen: list[float] = []

    def measure(self, arms, cases, *, index, pace, on_call, hear) -> Paired:
        self.asked.append((index, tuple(case.id for case in cases), pace.together))
        if self.raises:
            raise self.raises.pop(0)
        dice = random.Random(index)
        shift = math.log1p(self.slower) + self.noise * [1, -1, 0.5, -0.5, 1, -1, 0.5, -0.5][index]

        def arm(factor: float) -> dict[str, Calls]:
            return {
                case.id: calls([0.1 * math.exp(factor + dice.gauss(0, 1e-5)) for _ in range(4)])
                for case in cases
            }

        stolen = self.stolen.pop(0) if self.stolen else 0.0
        return restart(arm(0.0), arm(shift), "ABBABAAB", stolen=stolen)


@pytest.fixture
def judged(tmp_path, monkeypatch):
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # a measuring lock of its own
    project = open_project(tmp_path, {"pipeline": "voice:synthesize"})
    arm = Arm(name="x", spec=project.worker)
    lines: list[str] = []

    def run(machine: Machine, *, restart_s: float = 0.0, budget: float = math.inf, gates=LATENCY):
        monkeypatch.setattr(pair, "measure", machine.measure)
        bench = Bench(
            base=arm, head=arm, against=Against(name="main"), pilot=Pilot(restart_s / 2, 0.0, "cpu")
        )
        progress = Progress(lines.append, live=False)
        judgement, verdicts = judge(project, bench, CASES, progress, gates=gates, asked=True, budget=budget)
        assert verdicts == paired.decide(judgement, project.limits)
        return judgement, next(v for v in verdicts if v.case is None and v.gate == "latency")

    run.lines = lines
    return run


@pytest.mark.parametrize(
    ("slower", "noise", "restarts", "status"),
    [
        (0.0, 0.002, 3, "ok"),
        (0.30, 0.02, 3, "regressed"),
        (0.10, 0.01, 6, "regressed"),  # the guard: two modes of a program may lie 10 % apart
        (-0.30, 0.01, 3, "improved"),
        (0.05, 0.01, 8, "undecided"),
        (0.0, 0.10, 8, "undecided"),
    ],
)
def test_it_stops_at_the_first_look_that_decides(judged, slower, noise, restarts, status) -> None:
    judgement, verdict = judged(Machine(slower, noise))
    assert (len(judgement.restarts), verdict.status, verdict.runs) == (restarts, status, restarts)
    assert verdict.change == pytest.approx(slower, abs=noise)
    assert verdict.low < verdict.change < verdict.high


def test_every_gate_that_was_asked_for_has_to_be_in(judged) -> None:
    judgement, _ = judged(Machine(), gates=("latency", "cold_start", "memory"))
    assert len(judgement.restarts) == 3
    judgement, _ = judged(Machine(noise=0.10), gates=("cold_start",))  # latency is open, and nobody asked
    assert len(judgement.restarts) == 3


def test_a_budget_is_kept_and_said(judged) -> None:
    judgement, _ = judged(Machine(noise=0.10), restart_s=1.0, budget=4.5)
    # A restart takes no time here, so that only the first estimate (4 restarts of 1 s) can end it.
    assert judgement.stopped == ""
    with pytest.raises(
        SettingsError, match=r"a budget of 2.00 s is too small for the judge: 3 restarts"
    ) as caught:
        judged(Machine(), restart_s=1.0, budget=2.0)
    assert "--tts-budget" in caught.value.hint


def test_a_budget_that_runs_out_ends_it_between_two_looks(judged, monkeypatch) -> None:
    clock = iter(range(0, 10_000, 1))  # every look at the clock costs a second
    monkeypatch.setattr(restarts.time, "monotonic", lambda: float(next(clock)))
    judgement, verdict = judged(Machine(noise=0.10), restart_s=1.0, budget=6.0)
    assert len(judgement.restarts) in (3, 4, 6)
    assert judgement.stopped == f"the budget of 6.00 s was used up after {len(judgement.restarts)} restarts"
    assert verdict.status == "undecided"


def test_a_case_that_an_arm_cannot_say_is_left_out_and_its_restart_measured_again(judged) -> None:
    machine = Machine()
    machine.raises = [CaseLost("base abc", "c1", PipelineError("no such style"))]
    judgement, verdict = judged(machine)
    assert [index for index, *_ in machine.asked] == [0, 0, 1, 2]
    assert machine.asked[1][1] == ("c0", "c2", "c3", "c4")
    assert [(f.case, f.message) for f in judgement.lost] == [("c1", "base abc: c1: no such style")]
    assert [case.id for case in judgement.cases] == ["c0", "c2", "c3", "c4"]
    assert verdict.status == "ok"


def test_a_case_that_is_said_alone_but_not_together_lets_them_take_turns(judged) -> None:
    machine = Machine()
    machine.raises = [CaseLost("head", "c4", RequestFailed("out of memory"))]
    judgement, _ = judged(machine)
    assert (judgement.together, judgement.lost) == (False, ())
    assert machine.asked[0] == (0, ALL, True)
    assert {(cases, together) for _, cases, together in machine.asked[1:]} == {(ALL, False)}


def test_a_case_that_is_not_said_alone_either_is_left_out_of_both_together(judged) -> None:
    machine = Machine()
    machine.raises = [CaseLost("head", "c4", RequestFailed("no such phoneme")) for _ in range(2)]
    judgement, _ = judged(machine)
    assert (judgement.together, [lost.case for lost in judgement.lost]) == (True, ["c4"])
    assert machine.asked[1] == (0, ALL, False)
    assert {(cases, together) for _, cases, together in machine.asked[2:]} == {(ALL[:4], True)}


def test_too_many_lost_cases_end_it(judged) -> None:
    machine = Machine()
    machine.raises = [CaseLost("base", f"c{number}", PipelineError("hung")) for number in range(4)]
    with pytest.raises(PipelineError, match="4 cases could not be said") as caught:
        judged(machine)
    assert "--tts-cases" in caught.value.hint


def test_a_pair_that_does_not_fit_takes_turns_from_then_on(judged) -> None:
    machine = Machine()
    machine.raises = [DoesNotFit("CUDA out of memory")]
    judgement, _ = judged(machine)
    assert [together for *_, together in machine.asked] == [True, False, False, False]
    assert not judgement.together
    assert any("do not fit at once" in line for line in judged.lines)


def test_a_restart_that_the_host_disturbed_is_measured_again(judged) -> None:
    machine = Machine()
    machine.stolen = [0.0, 0.3, 0.11, 0.1, 0.0]
    judgement, _ = judged(machine)
    assert [index for index, *_ in machine.asked] == [0, 1, 1, 1, 2]
    assert (judgement.again, [restart.stolen for restart in judgement.restarts]) == (2, [0.0, 0.1, 0.0])
    assert any("once more: the host gave 30% of the CPU time to others" in line for line in judged.lines)


def test_a_host_that_always_disturbs_is_put_up_with(judged) -> None:
    machine = Machine()
    machine.stolen = [0.5] * 20
    judgement, _ = judged(machine)
    assert (judgement.again, len(judgement.restarts)) == (4, 3)


def test_no_restart_is_measured_again_beyond_the_budget(judged, monkeypatch) -> None:
    clock = iter(range(0, 10_000, 1))
    monkeypatch.setattr(restarts.time, "monotonic", lambda: float(next(clock)))
    machine = Machine()
    machine.stolen = [0.5] * 20
    judgement, verdict = judged(machine, restart_s=1.0, budget=5.0)
    assert (judgement.again, len(judgement.restarts), verdict.status) == (0, 3, "ok")


@pytest.mark.parametrize(
    ("pass_s", "quads"), [(0.0, 16), (0.01, 16), (0.05, 15), (0.15, 5), (0.3, 2), (10.0, 2)]
)
def test_quads_fill_a_restart_of_three_seconds(pass_s, quads) -> None:
    arm = Arm(name="x", spec=None)
    bench = Bench(base=arm, head=arm, against=Against(name="x"), pilot=Pilot(1.0, pass_s, "cpu"))
    assert bench.quads == quads
    assert bench.restart_s == pytest.approx(2.0 + (4 * quads + 4) * pass_s)


def test_what_the_progress_says(judged) -> None:
    judged(Machine())
    assert "judging 5 cases against main: 16 quads in each of 3 to 8 restarts" in judged.lines[0]
    assert any("restart 3: latency ok" in line for line in judged.lines)


@pytest.mark.parametrize(
    ("slower", "so_far", "verdict"), [(0.3, "worse", "regressed"), (-0.3, "better", "improved")]
)
def test_a_look_that_is_not_the_last_has_no_verdicts_word(
    judged, monkeypatch, slower: float, so_far: str, verdict: str
) -> None:
    settled = iter([False, True])
    monkeypatch.setattr(paired, "is_settled", lambda *_: next(settled))
    judged(Machine(slower))
    looks = [line for line in judged.lines if "restart " in line and "latency" in line]
    assert [line.split()[-1] for line in looks] == [so_far, verdict]
