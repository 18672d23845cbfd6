"""Certifying with restarts made of numbers, whose noise is known; what a certificate then forbids."""

from __future__ import annotations

import contextlib
import math
import random
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.judgements import even
from tts_baseline.core import environment
from tts_baseline.core.certificate import Certificate
from tts_baseline.core.errors import (
    BaselineError,
    LimitError,
    NothingMeasured,
    PipelineError,
    SettingsError,
)
from tts_baseline.core.judgement import Paired
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.verdict import Verdicts
from tts_baseline.measure import pair
from tts_baseline.measure import replicate as replicates
from tts_baseline.measure.pair import CaseLost
from tts_baseline.report.formats.terminal import footer
from tts_baseline.session import certify as certifying
from tts_baseline.session import compare, doctor
from tts_baseline.session.certify import Certified, Plan, certify
from tts_baseline.session.judge import bench as judge_bench
from tts_baseline.session.judge import restarts
from tts_baseline.session.measurement import suite
from tts_baseline.session.measurement.pilot import Pilot
from tts_baseline.session.measurement.progress import Progress, silent
from tts_baseline.session.measurement.suite import take
from tts_baseline.session.project import Project, open_project
from tts_baseline.session.revision.worktree import Checkout

SUITE = "".join(f'[[case]]\nid = "c{number}"\ntext = "{"x" * (number + 1)}"\n' for number in range(4))
RESTART_S = 2.0


class Machine:
    """Stands in for workers, and for the clock: a restart takes 2 s and spreads by `noise` (sd)."""

    def __init__(self, noise: float, *, faulty: float = 0.0) -> None:
        self.noise, self.faulty = noise, faulty
        self.now, self.restart_s = 0.0, RESTART_S
        self.sessions: list[float] = []
        self.stop_after: tuple[int, BaseException] | None = None
        self.lost: CaseLost | None = None
        self._dice = random.Random(1)

    def measure(self, arms, cases, *, index, pace, on_call, hear) -> Paired:
        if index == 0:
            if self.stop_after and len(self.sessions) == self.stop_after[0]:
                raise self.stop_after[1]
            self.sessions.append(pace.slow)
        if self.lost and self.lost.case in [case.id for case in cases]:
            raise self.lost
        self.now += self.restart_s
        shift = math.log1p(pace.slow + self.faulty) + self._dice.gauss(0, self.noise)

        return even([case.id for case in cases], 0.1, 0.1 * math.exp(shift), count=4)


class Bench:
    """A project on such a machine."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._monkeypatch = root, monkeypatch
        (root / "voice.py").write_text("def synthesize(text): ...\n", encoding="utf-8")
        (root / "cases.toml").write_text(SUITE, encoding="utf-8")
        self.lines: list[str] = []
        monkeypatch.setattr("tempfile.tempdir", str(root))

        def pilot(_project, _cases, arm=None) -> Pilot:
            return Pilot(RESTART_S / 2, 0.0, "cpu", origin="theirs.py" if arm else "ours.py")

        for module in (certifying, judge_bench, suite):
            monkeypatch.setattr(module, "look_ahead", pilot)

    def project(self, **chosen) -> Project:
        usual = {"pipeline": "voice:synthesize", "suite": "cases.toml"}
        return open_project(self.root, usual | chosen)

    def limited(self, limit: str, **chosen) -> Project:
        (self.root / "pyproject.toml").write_text(f'[tool.tts-baseline]\nlimits.latency = "{limit}"\n')
        return self.project(**chosen)

    def on(self, machine: Machine) -> None:
        self._monkeypatch.setattr(pair, "measure", machine.measure)
        for module in (certifying, restarts):
            self._monkeypatch.setattr(module.time, "monotonic", lambda: machine.now)

    def certify(self, machine: Machine, project: Project | None = None, **plan) -> Certified:
        self.on(machine)
        progress = Progress(self.lines.append, live=False)
        return certify(project or self.project(), Plan(**plan), progress)

    @property
    def kept(self) -> Certificate | None:
        project = self.project()
        return project.store("cpu").certificate(environment.read("cpu").key)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


# ---- what is found


def test_a_quiet_machine_is_certified_to_see_what_is_there(bench: Bench) -> None:
    done = bench.certify(Machine(noise=0.003), sessions=12)
    one = done.certificate
    assert [level.slower for level in one.levels] == [0.0, 0.02, 0.05, 0.07, 0.10]
    unchanged, two, five, seven, ten = one.levels
    assert (unchanged.ok.count, unchanged.restarts) == (12, 3)
    assert (two.ok.count, seven.regressed.count, ten.regressed.count) == (12, 12, 12)
    assert five.undecided.count >= 10  # exactly the limit: nobody can tell
    assert ten.change == pytest.approx(0.10, abs=0.004)
    assert (seven.restarts, seven.seconds) == (6, 6 * RESTART_S)  # three and four restarts may be a mode
    assert one.false_alarms_below == pytest.approx(1 - 0.05 ** (1 / 12))
    assert one.spread == pytest.approx(0.003, rel=0.25)
    assert one.resolution == pytest.approx(1.54 * one.spread, rel=0.01)
    assert one.limit == 0.05
    assert one.smallest_visible == pytest.approx(0.05 + 1.05 * one.resolution, abs=1e-3)
    assert one.smallest_seen == 0.07
    assert (done.stopped, done.is_interrupted) == ("", False)
    assert bench.kept == one
    assert one.environment == environment.read("cpu")
    assert one.cases == ("c0", "c1", "c2", "c3")


def test_a_noisy_machine_is_certified_to_see_little(bench: Bench) -> None:
    one = bench.certify(Machine(noise=0.10), sessions=10).certificate
    assert one.unchanged.undecided.share > 0.5
    assert one.smallest_seen is None
    assert one.spread == pytest.approx(0.10, rel=0.3)
    assert one.resolution > 0.1


def test_alarms_are_counted_not_assumed(bench: Bench) -> None:
    """Arms that are said to be the same and are not: every session is a false alarm."""
    one = bench.certify(Machine(noise=0.003, faulty=0.3), sessions=4).certificate
    assert (one.unchanged.regressed.count, one.unchanged.sessions) == (4, 4)
    assert one.false_alarms_below == 1.0


def test_levels_take_turns_so_that_a_mood_hits_all_of_them(bench: Bench) -> None:
    machine = Machine(noise=0.003)
    bench.certify(machine, sessions=2, levels=(0.10, 0.05))
    assert machine.sessions == [0.0, 0.05, 0.10, 0.0, 0.05, 0.10]


def test_the_judges_limit_is_the_projects(bench: Bench) -> None:
    project = bench.limited("20%")
    one = bench.certify(Machine(noise=0.003), project, sessions=2, levels=(0.10,)).certificate
    assert one.limit == pytest.approx(0.20)
    assert one.levels[1].ok.count == 2


def test_a_case_that_cannot_be_said_is_left_out_from_then_on(bench: Bench) -> None:
    machine = Machine(noise=0.003)
    machine.lost = CaseLost("head", "c1", PipelineError("hung"))
    one = bench.certify(machine, sessions=2, levels=(0.10,)).certificate
    assert one.cases == ("c0", "c2", "c3")
    assert sum("left out from now on: head: c1: hung" in line for line in bench.lines) == 1


def test_it_says_what_it_will_take_and_how_far_it_is(bench: Bench) -> None:
    bench.certify(Machine(noise=0.003), sessions=2, levels=(0.10,))
    assert (
        "certifying with 4 sessions of the judge, 4 cases each (unchanged, head +10.0%; in turn)"
        in (bench.lines[0])
    )
    assert "24.00 s to 64.00 s" in bench.lines[0]  # 4 sessions of 3 to 8 restarts of 2 s
    sessions = [line for line in bench.lines if ": session " in line]
    assert "session 1 of 4, unchanged: ok after 3 restarts and 6.00 s; about 18.00 s left" in sessions[0]
    assert "session 4 of 4, head +10.0%: regressed after 6 restarts and 12.00 s\n" in sessions[-1]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"sessions": 1}, "--sessions must be at least 2, not 1"),
        ({"levels": ()}, "--levels takes one or more"),
        ({"levels": (0.0, 0.1)}, "--levels takes one or more"),
        ({"levels": (0.1, 0.1)}, "--levels takes one or more"),
        ({"levels": (1.5,)}, "--levels takes one or more"),
        ({"levels": (math.nan,)}, "--levels takes one or more"),
        (
            {"budget": 60.0},
            "a budget of 60.00 s is too small: a statement needs 10 sessions",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_before_measuring(bench: Bench, plan, message) -> None:
    machine = Machine(noise=0.003)
    with pytest.raises(SettingsError, match=message):
        bench.certify(machine, **plan)
    assert machine.sessions == []


# ---- what ends it early


def test_a_budget_is_kept_and_what_is_finished_counts(bench: Bench) -> None:
    machine = Machine(noise=0.003)
    done = bench.certify(machine, sessions=50, levels=(0.10,), budget=100.0)
    assert 100 - 8 * RESTART_S < machine.now <= 100
    finished = len(machine.sessions)
    assert done.stopped == f"the budget of 100.00 s was used up after {finished} of 100 sessions"
    assert sum(level.sessions for level in bench.kept.levels) == finished


def test_a_budget_that_a_slow_machine_breaks_says_so(bench: Bench) -> None:
    machine = Machine(noise=0.10)
    machine.restart_s = 2 * RESTART_S  # twice what the pilot promised
    with pytest.raises(NothingMeasured, match=r"used up after \d of 100 sessions; a statement needs 2"):
        bench.certify(machine, sessions=50, levels=(0.10,), budget=90.0)
    assert bench.kept is None
    assert machine.now == 64.0  # a third session might have ended after 96 s


@pytest.mark.parametrize("error", [KeyboardInterrupt(), PipelineError("the worker hung")])
def test_what_is_finished_is_kept_when_it_is_stopped(bench: Bench, error: BaseException) -> None:
    machine = Machine(noise=0.003)
    machine.stop_after = 5, error
    if isinstance(error, KeyboardInterrupt):
        done = bench.certify(machine, sessions=10, levels=(0.10,))
        assert (done.stopped, done.is_interrupted) == ("interrupted after 5 of 20 sessions", True)
    else:
        with pytest.raises(PipelineError, match="the worker hung"):
            bench.certify(machine, sessions=10, levels=(0.10,))
        assert any("5 sessions are kept" in line for line in bench.lines)
    assert [level.sessions for level in bench.kept.levels] == [3, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), PipelineError("the worker hung")])
def test_too_few_sessions_are_no_statement(bench: Bench, error: BaseException) -> None:
    machine = Machine(noise=0.003)
    machine.stop_after = 3, error
    with pytest.raises(type(error)):
        bench.certify(machine, sessions=10, levels=(0.10,))
    assert bench.kept is None
    assert "nothing is written: a statement needs 2 sessions at each level" in bench.lines[-1]


def test_an_interrupted_one_does_not_replace_a_better_one(bench: Bench) -> None:
    better = bench.certify(Machine(noise=0.003), sessions=5, levels=(0.10,)).certificate
    machine = Machine(noise=0.003)
    machine.stop_after = 5, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        bench.certify(machine, sessions=10, levels=(0.10,))
    assert bench.kept == better
    assert "rests on more (5 unchanged sessions, not 3)" in bench.lines[-1]
    # One that was finished as planned is what the user wants, however small.
    assert bench.certify(Machine(noise=0.003), sessions=2, levels=(0.10,)).certificate == bench.kept


def test_it_goes_on_where_it_was_stopped(bench: Bench) -> None:
    machine = Machine(noise=0.003)
    machine.stop_after = 5, KeyboardInterrupt()
    first = bench.certify(machine, sessions=4, levels=(0.10,)).certificate
    machine = Machine(noise=0.003)
    second = bench.certify(machine, sessions=4, levels=(0.10,), go_on=True).certificate
    assert machine.sessions == [0.10, 0.0, 0.10]
    assert second.trials[:5] == first.trials
    assert [level.sessions for level in second.levels] == [4, 4]
    with pytest.raises(SettingsError, match="has 4 sessions at each level already"):
        bench.certify(machine, sessions=4, levels=(0.10,), go_on=True)


def test_it_does_not_go_on_under_another_limit(bench: Bench) -> None:
    bench.certify(Machine(noise=0.003), sessions=2, levels=(0.10,))
    with pytest.raises(SettingsError, match="cannot be continued: it was made under a limit of 5%, not 7%"):
        bench.certify(Machine(noise=0.003), bench.limited("7%"), sessions=4, levels=(0.10,), go_on=True)


def test_going_on_needs_time_for_one_session_only(bench: Bench) -> None:
    bench.certify(Machine(noise=0.003), sessions=2, levels=(0.10,))
    done = bench.certify(Machine(noise=0.003), sessions=9, levels=(0.10,), go_on=True, budget=17.0)
    assert [level.sessions for level in done.certificate.levels] == [3, 2]


def test_going_on_with_nothing_starts(bench: Bench) -> None:
    assert bench.certify(Machine(noise=0.003), sessions=2, levels=(0.10,), go_on=True).stopped == ""


# ---- what it forbids, and says, from then on


@pytest.fixture
def certified(bench: Bench) -> Certificate:
    """A machine that resolves about 3 %."""
    one = bench.certify(Machine(noise=0.02), sessions=2, levels=(0.10,)).certificate
    bench.project().store("cpu").write(certificate=replace(one, resolution=0.03))
    return bench.kept


def test_a_tighter_limit_is_refused_before_anything_is_measured(bench, certified, monkeypatch) -> None:
    monkeypatch.setattr(replicates, "measure", lambda *_, **__: pytest.fail("measured"))
    project = bench.limited("2%")
    with pytest.raises(LimitError, match=r"latency limit of 2% .* can resolve: 3%, certified on 20"):
        take(project, project.chosen, silent())


@pytest.mark.parametrize(
    "how", ["wide enough", "another suite", "other cases", "another machine", "another variant"]
)
def test_everything_else_is_measured_as_before(bench, certified, monkeypatch, how: str) -> None:
    class Measured(Exception):
        pass

    def measure(*_, **__):
        raise Measured

    monkeypatch.setattr(replicates, "measure", measure)
    project = bench.limited("3%" if how == "wide enough" else "2%")
    if how == "another suite":
        project = replace(project, settings=replace(project.settings, suite="es"))
    if how == "another variant":
        project = replace(project, settings=replace(project.settings, optimize=("fast",)))
    if how == "another machine":
        here = environment.read("cpu")
        monkeypatch.setattr(environment, "read", lambda _: replace(here, key="elsewhere-0"))
    with pytest.raises(Measured):
        take(project, project.chosen[: 1 if how == "other cases" else None], silent())


def test_a_judge_is_refused_a_tighter_limit_and_says_what_is_certified(bench, certified, monkeypatch) -> None:
    @contextlib.contextmanager
    def checkout(root, *_, **__):
        yield Checkout(root=root, commit="c" * 40, shared=())

    subprocess.run(["git", "init", "--quiet", str(bench.root)], check=True)
    monkeypatch.setattr(judge_bench, "checkout", checkout)
    machine = Machine(noise=0.003)
    bench.on(machine)
    with pytest.raises(LimitError):
        compare.with_configuration(bench.limited("2%"), ("fast",), silent())
    with pytest.raises(LimitError):
        compare.with_revision(bench.limited("2%"), "main", silent())
    assert machine.sessions == []
    found = compare.with_revision(bench.limited("5%"), "main", silent())
    assert found.judgement.certified
    found = compare.with_configuration(bench.limited("5%"), ("fast",), silent())
    line = (
        f"this machine is certified ({certified.created[:10]}, 2 A/A sessions, limit 5.0%): "
        "false alarms <= 77.6%, sees +10.0% with "
    )
    assert line in found.judgement.certified
    assert line in (found.folder / "report.md").read_text(encoding="utf-8")
    bench.project().store("cpu").folder.joinpath("certificates").rename(bench.root / "away")
    found = compare.with_configuration(bench.limited("2%"), ("fast",), silent())
    assert "certified" not in (found.folder / "report.md").read_text(encoding="utf-8")


def test_a_summary_with_a_judge_says_once_what_is_certified(bench, certified) -> None:
    bench.on(Machine(noise=0.003))
    judged = compare.with_configuration(bench.project(), ("fast",), silent()).judgement
    nothing = Verdicts(screen=(), combined=())
    outcome = Outcome(run=None, folder=Path("r1"), baseline=None, decided=nothing, judgement=judged)
    assert footer(outcome).count(judged.certified) == 1
    assert "certified" not in footer(replace(outcome, judgement=replace(judged, certified="")))


def test_a_certificate_under_a_tight_limit_can_still_be_made(bench: Bench, certified) -> None:
    one = bench.certify(Machine(noise=0.003), bench.limited("2%"), sessions=2, levels=(0.10,)).certificate
    assert one.limit == pytest.approx(0.02)


def test_a_damaged_certificate_is_named_by_every_gate(bench: Bench, certified, monkeypatch) -> None:
    path = next(bench.root.glob("baselines/*/*/certificates/*.json"))
    path.write_text("{}")
    project = bench.project()
    with pytest.raises(BaselineError, match="damaged"):
        take(project, project.chosen, silent())


def test_the_doctor_tells_what_is_certified(bench: Bench, monkeypatch) -> None:
    def said(project: Project) -> doctor.Finding:
        return next(one for one in doctor.examine(project) if one.what == "certificate")

    def no_worker(*_, **__):
        raise PipelineError("not started here")

    monkeypatch.setattr(doctor, "Worker", no_worker)
    assert said(bench.project()).found == "none: tts-baseline certify tells how often the judge errs"
    one = bench.certify(Machine(noise=0.02), sessions=2, levels=(0.10,)).certificate
    bench.project().store("cpu").write(certificate=replace(one, resolution=0.03))
    assert said(bench.project()).found.startswith("this machine is certified (")
    refused = said(bench.limited("2%"))
    assert not refused.fine
    assert "tighter than what this machine can resolve" in refused.found
    assert refused.next.startswith("raise it to 3%")
