"""The replay of recorded calls: reading them, the judge's verdicts, every peer's code, tables and picture."""

from __future__ import annotations

import io
import json
import math
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np
import ours
import page
import peers
import psutil
import pytest
import recordings
import replay
from recordings import Arms

from tts_baseline import cli
from tts_baseline.core.errors import BaselineError, MissingExtra, NothingMeasured
from tts_baseline.stats.estimate import ALPHA
from tts_baseline.stats.sequential import LOOKS, MODE, alpha_at

ROOT = Path(__file__).parents[2]
JUDGE = (ROOT / "docs" / "judge.md").read_text(encoding="utf-8")
LEVELS = (0.0, 0.10)
CASES = 3
QUADS = 2


def record(
    folder: Path,
    number: int = 0,
    *,
    rig: str = "espeak-idle",
    noise: float = 0.003,
    change: float = 0.0,
    slow_cpu: float = 1.0,
    slow_case: float = 1.0,
    restarts: int = 8,
    stolen: float = 0.0,
    **wrong: object,
) -> tuple[Path, int]:
    """A session as record.py adds it: the head slower by level and `change`, its CPU time by `slow_cpu`."""
    dice = np.random.default_rng([number, restarts])
    first = dice.random((restarts, CASES, len(LEVELS), QUADS)) < 0.5
    head = np.where(first[..., None], [False, True, True, False], [True, False, False, True])
    slower = np.where(head, (1 + np.reshape(LEVELS, (-1, 1, 1))) * (1 + change), 1.0)
    slower[:, 0] *= np.where(head[:, 0], slow_case, 1.0)
    calls = 0.005 * slower * np.exp(noise * dice.standard_normal(head.shape))
    columns = {
        "wall": calls,
        "cpu": 0.9 * calls * np.where(head, slow_cpu, 1.0),
        "reference": np.full(head.shape, 0.001),
    }
    meta = {
        "rig": rig,
        "session": number,
        "began": "2026-11-22T20:00:00+00:00",
        "cases": [f"case-{case}" for case in range(CASES)],
        "machine": {"cpu": "made up"},
        "software": {},
        "others_cpu": [0.01] * restarts,
        "steal": [stolen] * restarts,
        "disturbed": 2 if stolen else 0,
    }
    arrays = {
        "first": first,
        "levels": np.array(LEVELS),
        "meta": np.array(json.dumps(meta)),
        **{name: np.round(column / 1e-7).astype(np.int32) for name, column in columns.items()},
        **wrong,
    }
    content = io.BytesIO()
    np.savez_compressed(content, **{name: array for name, array in arrays.items() if array is not None})
    archive = recordings.archive_of(folder, rig)
    if number in recordings.numbers(archive):  # a test that records anew
        archive.unlink()
    recordings.add(archive, number, content.getvalue())
    return archive, number


def arms(base: object, head: object) -> Arms:
    """One restart, one case."""
    return Arms(*(np.reshape(np.array(calls, float), (1, 1, -1)) for calls in (base, head)))


class TestReading:
    def test_slots_of_a_quad_go_to_their_arms_in_time_order(self, tmp_path: Path) -> None:
        ticks = np.arange(1, CASES * len(LEVELS) * QUADS * 4 + 1, dtype=np.int32)
        ticks = ticks.reshape(1, CASES, len(LEVELS), QUADS, 4)
        first = np.zeros(ticks.shape[:-1], bool)
        first[:, :, :, 0] = True
        session = recordings.read(*record(tmp_path, restarts=1, wall=ticks, first=first))
        slowed = session.arms(1)
        # Case 0, level 1 holds ticks 9 to 16: ABBA, then BAAB.
        assert slowed.base[0, 0] == pytest.approx(np.array([9, 12, 14, 15]) * 1e-7)
        assert slowed.head[0, 0] == pytest.approx(np.array([10, 11, 13, 16]) * 1e-7)
        assert session.seconds(1, restarts=1) == pytest.approx(ticks[:, :, 1].sum() * 1e-7)

    def test_levels_share_no_calls_and_clocks_are_kept_apart(self, tmp_path: Path) -> None:
        session = recordings.read(*record(tmp_path, slow_cpu=2.0))
        wall, cpu = session.arms(0), session.arms(0, "cpu")
        assert session.arms(1).base != pytest.approx(wall.base, rel=1e-6)
        assert cpu.base == pytest.approx(0.9 * wall.base, rel=1e-3)
        assert cpu.head == pytest.approx(1.8 * wall.head, rel=1e-3)
        assert wall.restarts == 8
        assert wall.cases == CASES
        assert wall.calls == 8 * CASES * QUADS * 4
        assert wall.first(2, 3).base.shape == (2, CASES, 3)

    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            ({"wall": None}, "not a recording"),
            ({"meta": np.array("{}")}, "not a recording"),
            ({"wall": np.ones((8, CASES, 2, QUADS, 3), np.int32)}, "shape"),
            ({"cpu": np.ones((8, CASES, 2, 1, 4), np.int32)}, "differ in shape"),
            ({"levels": np.array([0.0])}, "do not fit"),
            ({"levels": np.array([0.05, 0.0])}, "unchanged"),
            ({"cpu": np.zeros((8, CASES, 2, QUADS, 4), np.int32)}, "no time"),
        ],
    )
    def test_what_is_not_whole_is_refused_by_name(
        self, tmp_path: Path, wrong: dict[str, object], complaint: str
    ) -> None:
        archive, number = record(tmp_path, **wrong)
        with pytest.raises(BaselineError, match=complaint) as caught:
            recordings.read(archive, number)
        assert caught.value.where == f"{archive}, 0000.npz"

    def test_a_file_of_another_rig_or_of_no_kind_is_refused(self, tmp_path: Path) -> None:
        archive, number = record(tmp_path, rig="espeak-busy")
        renamed = archive.with_name("espeak-idle.zip")
        renamed.write_bytes(archive.read_bytes())
        with pytest.raises(BaselineError, match="espeak-busy"):
            recordings.read(renamed, number)
        renamed.write_bytes(b"nothing")
        for read in (lambda: recordings.read(renamed, number), lambda: recordings.numbers(renamed)):
            with pytest.raises(BaselineError):
                read()

    def test_every_session_counts_in_the_order_of_its_number(self, tmp_path: Path) -> None:
        for number in (10, 2):
            record(tmp_path, number)
        record(tmp_path, rig="espeak-busy")
        (tmp_path / ".espeak-idle.zip.half").write_bytes(b"")
        assert recordings.rigs(tmp_path) == ["espeak-idle", "espeak-busy"]
        assert [session.meta.session for session in recordings.sessions(tmp_path, "espeak-idle")] == [2, 10]
        assert recordings.numbers(recordings.archive_of(tmp_path, "torch-idle")) == []
        with pytest.raises(NothingMeasured):
            recordings.rigs(tmp_path / "torch-idle")

    def test_an_archive_that_cannot_grow_stays_as_it_was(self, tmp_path: Path, monkeypatch) -> None:
        archive, _ = record(tmp_path)
        before = archive.read_bytes()

        def full(*_: object) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            record(tmp_path, 1)
        assert archive.read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == [archive.name]


class TestJudge:
    def test_unchanged_is_ok_at_the_first_look_and_ten_percent_regresses(self, tmp_path: Path) -> None:
        session = recordings.read(*record(tmp_path))
        same, slower = ours.verdict(session, 0), ours.verdict(session, 1)
        assert (same.build, same.restarts) == ("ok", LOOKS[0])
        assert slower.build == "regressed"
        assert slower.interval[0] < 0.10 < slower.interval[1]
        assert slower.change == pytest.approx(0.10, abs=0.01)

    def test_one_slow_case_fails_the_build_of_a_suite_that_is_not(self, tmp_path: Path) -> None:
        verdict = ours.verdict(recordings.read(*record(tmp_path, slow_case=1.13)), 0)
        assert verdict.cases[0] == "regressed"
        assert set(verdict.cases[1:]) <= {"ok", "improved"}
        assert verdict.suite != "regressed"
        assert verdict.build == "regressed"

    def test_faster_is_improved_and_noise_undecided(self, tmp_path: Path) -> None:
        assert ours.verdict(recordings.read(*record(tmp_path, change=-0.3)), 0).build == "improved"
        noisy = ours.verdict(recordings.read(*record(tmp_path, noise=2.0)), 0)
        assert (noisy.build, noisy.restarts) == ("undecided", LOOKS[-1])

    def test_it_is_told_which_arm_each_call_was_of(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = recordings.read(*record(tmp_path, restarts=4))
        judgements = []
        monkeypatch.setattr(
            ours.paired, "decide", lambda judgement, limits, **_: judgements.append(judgement) or ()
        )
        assert list(ours.looks(session, 1, "wall")) == [3, 4]
        orders = judgements[-1].restarts[2].orders
        first = session.base_first[2, :, 1].tolist()
        assert list(orders.values()) == [
            "".join("ABBA" if is_first else "BAAB" for is_first in quads) for quads in first
        ]

    def test_each_clock_is_read_for_itself(self, tmp_path: Path) -> None:
        session = recordings.read(*record(tmp_path, slow_cpu=1.2))
        assert ours.verdict(session, 0, "wall").build == "ok"
        assert ours.verdict(session, 0, "cpu").build == "regressed"
        assert ours.verdict(session, 0, "wall over reference").build == "ok"

    def test_a_machine_that_slows_down_for_the_head_alone_is_taken_out_by_the_reference(
        self, tmp_path: Path
    ) -> None:
        plain = recordings.read(*record(tmp_path))
        wall = plain.clocks["wall"]
        session = recordings.read(*record(tmp_path, wall=wall, reference=wall // 5))
        assert ours.verdict(session, 1, "wall").build == "regressed"
        assert ours.verdict(session, 1, "wall over reference").build == "ok"

    @pytest.mark.parametrize(
        ("wall", "cpu", "both", "clears", "decides"),
        [
            ("ok", "ok", "ok", "ok", "ok"),
            ("ok", "regressed", "undecided", "ok", "ok"),
            ("regressed", "regressed", "regressed", "regressed", "regressed"),
            ("regressed", "ok", "undecided", "regressed", "regressed"),
            ("undecided", "ok", "undecided", "ok", "ok"),
            ("undecided", "regressed", "undecided", "undecided", "regressed"),
            ("undecided", "undecided", "undecided", "undecided", "undecided"),
        ],
    )
    def test_rules_of_two_clocks(self, wall, cpu, both, clears, decides) -> None:
        by_clock = {"wall": wall, "cpu": cpu}
        rules = (ours.both, ours.cpu_clears, ours.cpu_decides)
        assert tuple(rule(by_clock) for rule in rules) == (both, clears, decides)

    @pytest.mark.parametrize(("cores", "judge"), [(1.0, "regressed"), (1.7, "undecided")])
    def test_cpu_time_tells_what_a_disturbed_clock_leaves_open(
        self, tmp_path: Path, cores: float, judge: str
    ) -> None:
        """Of every pipeline in the study, of one that computes on one core for the judge."""
        cpu = recordings.read(*record(tmp_path, change=0.1)).clocks["cpu"]
        # Three of an arm's four calls wait, as long as is drawn for their restart and place in the quad.
        drawn = np.random.default_rng(7).uniform(0.2, 2.0, (len(cpu), 1, 1, 1, 4))
        late = np.broadcast_to(drawn, cpu.shape).copy()
        late[..., -1, :2] = 0.0
        wall = np.round(cpu / cores * (1 + late)).astype(np.int32)
        session = recordings.read(*record(tmp_path, wall=wall, cpu=cpu))
        assert ours.verdict(session, 0, "wall").suite == "undecided"
        assert ours.verdict(session, 0, "wall, then cpu").suite == "regressed"
        assert ours.verdict(session, 0).suite == judge

    def test_a_second_clock_can_settle_earlier(self, tmp_path: Path) -> None:
        session = recordings.read(*record(tmp_path, noise=2.0))
        calm = recordings.read(*record(tmp_path, noise=0.001))
        looks = {"wall": ours.looks(session, 0, "wall"), "cpu": ours.looks(calm, 0, "cpu")}
        assert ours.judged(looks, ours.RULES["wall"][1]).restarts == LOOKS[-1]
        cleared = ours.judged(looks, ours.cpu_clears)
        assert (cleared.build, cleared.restarts) == ("ok", LOOKS[0])


def test_a_co_tenant_does_not_outlive_a_recorder_that_is_killed() -> None:
    text = (
        "import os, signal, record\n"
        "with record.co_tenant() as pid:\n"
        "    print(pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", text], cwd=replay.HERE, stdout=subprocess.PIPE, text=True
    ) as recorder:
        assert recorder.stdout is not None
        pid = int(recorder.stdout.readline())
        assert recorder.wait() == -signal.SIGKILL
        patience = time.monotonic() + 20
        while psutil.pid_exists(pid):
            assert time.monotonic() < patience
            time.sleep(0.05)


class TestPeers:
    """Each tool's own code, on samples whose answer is plain; the limit is 5 %."""

    BASE = (1.0, 1.001, 0.999, 1.002, 0.998, 1.0005, 0.9995, 1.0015)

    @pytest.fixture
    def gates(self) -> dict[str, peers.Gate]:
        for name in ("pytest_benchmark", "asv", "pyperf"):
            pytest.importorskip(name)
        return {gate.name: gate for gate in peers.gates()}

    @pytest.mark.parametrize(("factor", "status"), [(1.0, "passes"), (1.1, "fails"), (0.8, "passes")])
    def test_plain_changes(self, gates: dict[str, peers.Gate], factor: float, status: str) -> None:
        samples = arms(self.BASE, [factor * value for value in reversed(self.BASE)])
        assert {name: gate.rule(samples) for name, gate in gates.items()} == {
            name: [status] for name in gates
        }

    def test_a_change_below_the_limit_fails_only_where_there_is_no_limit(
        self, gates: dict[str, peers.Gate]
    ) -> None:
        samples = arms(self.BASE, [1.04 * value for value in self.BASE])
        failing = [name for name, gate in gates.items() if gate.rule(samples) == ["fails"]]
        assert failing == ["google/benchmark U test, 0.05"]

    def test_each_statistic_of_pytest_benchmark_is_its_own(self, gates: dict[str, peers.Gate]) -> None:
        spiked = arms(self.BASE, [*self.BASE[:-1], 1.9])
        statuses = {
            field: gates[f"pytest-benchmark {field}:5%"].rule(spiked)[0]
            for field in ("mean", "min", "median")
        }
        assert statuses == {"mean": "fails", "min": "passes", "median": "passes"}

    def test_asv_needs_more_than_a_ratio(self, gates: dict[str, peers.Gate]) -> None:
        noisy = arms((1, 1.4, 0.7, 1.2, 0.8, 1.3, 0.9, 1.1), (1.1, 1.5, 0.8, 1.3, 0.9, 1.4, 1.0, 1.2))
        assert gates["asv continuous, factor 1.05"].rule(noisy) == ["passes"]
        assert gates["pyperf compare_to --min-speed=5"].rule(noisy) == ["passes"]

    def test_readings_use_what_they_say(self) -> None:
        sample = Arms(np.ones((8, 2, 16)), np.ones((8, 2, 16)))
        used = {(gate.name, gate.reading): gate.sample(sample).base.shape for gate in peers.gates()}
        assert used["pytest-benchmark mean:5%", "as used"] == (1, 2, 16)
        assert used["asv continuous, factor 1.05", "as used"] == (2, 2, 16)
        assert used["pyperf compare_to --min-speed=5", "as used"] == (8, 2, 3)
        assert {shape for (_, reading), shape in used.items() if reading == "all"} == {(8, 2, 16)}

    def test_tango_by_hand(self) -> None:
        # Differences 1 to 9 %: mean 5 %, standard error 0.91 %, so z is 5.5 and the mean is not beyond 5 %.
        base = np.ones(9)
        head = 1 + np.arange(1, 10) / 100
        assert peers.tango(arms(base, head - 1e-6)) == ["passes"]
        assert peers.tango(arms(base, head + 1e-6)) == ["fails"]
        # Differences of +8 and -1 by turns: mean beyond 3 % only, whatever z says.
        assert peers.tango(arms(np.ones(8), 1 + np.tile([0.30, -0.18], 4))) == ["passes"]

    def test_tango_keeps_outliers(self) -> None:
        change = [-0.5, 0.059, 0.06, 0.061, 0.0605, 0.0595, 0.062, 0.058]
        assert peers.tango(arms(np.ones(8), 1 + np.array(change))) == ["passes"]
        assert peers.tango(arms(np.ones(7), 1 + np.array(change[1:]))) == ["fails"]


class TestBenchmatrix:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("benchmatrix")

    @pytest.mark.parametrize("runs", [5, 8])
    def test_the_bootstrap_is_its_own_bit_for_bit(self, runs: int) -> None:
        import bootstrap
        from benchmatrix import bench_statistics as its

        dice = np.random.default_rng(runs)
        for seed in range(8):
            base, head = np.exp(0.1 * dice.standard_normal((2, runs))).round(2 if seed % 2 else 9)
            settings = {
                "lower_is_better": True,
                "confidence_level": 0.99375,
                "resamples": 1000,
                "random_seed": seed,
            }
            for here, name in (
                (bootstrap.independent, "bootstrap_median_ratio_interval"),
                (bootstrap.paired, "bootstrap_paired_median_ratio_interval"),
            ):
                ours, theirs = here(base, head, **settings), getattr(its, name)(base, head, **settings)
                assert (ours.estimate, ours.low, ours.high) == (theirs.estimate, theirs.low, theirs.high)
                assert ours.method == theirs.method

    def test_a_degenerate_bootstrap_falls_back_as_its_own_does(self) -> None:
        import bootstrap

        same = Arms(np.full((5, 1, 8), 0.1), np.full((5, 1, 8), 0.1))
        (cell,) = bootstrap.compare(same, is_paired=False)
        assert cell.inference.method == "percentile_bootstrap"
        assert bootstrap.check(same, 0, is_paired=False)

    def test_verdicts_are_those_of_its_own_files(self, tmp_path: Path) -> None:
        import bootstrap
        from benchmatrix import bench_compare, load_benchmark_run

        dice = np.random.default_rng(1)
        base, head = 0.1 * np.exp(0.02 * dice.standard_normal((2, 5, 2, 8)))
        head[:, 1] *= 1.2
        groups = []
        for name, calls in (("base", base), ("head", head)):
            paths = [tmp_path / f"{name}{run}.json" for run in range(5)]
            for path, run in zip(paths, calls.tolist(), strict=True):
                path.write_text(json.dumps(_as_pytest_benchmark(run)), encoding="utf-8")
            groups.append([load_benchmark_run(path) for path in paths])
        theirs = bench_compare.compare_benchmark_run_groups(*groups).comparisons
        cells = bootstrap.compare(Arms(base, head), is_paired=False)
        assert [cell.regression for cell in cells] == ["unchanged", "regressed"]
        for cell, theirs_cell in zip(cells, theirs, strict=True):
            assert cell.regression == theirs_cell.regression
            assert cell.inference == theirs_cell.inference
        assert bootstrap.rule(is_paired=False)(Arms(base, head)) == ["passes", "fails"]

    def test_too_few_runs_are_undecided(self) -> None:
        import bootstrap

        few = Arms(np.ones((4, 1, 8)), np.ones((4, 1, 8)))
        assert bootstrap.rule(is_paired=False)(few) == ["undecided"]


def _as_pytest_benchmark(cases: list[list[float]]) -> dict[str, object]:
    """A file of --benchmark-json as benchmatrix tags it."""
    return {
        "benchmarks": [
            {
                "name": f"case {number:03}",
                "fullname": f"case {number:03}",
                "extra_info": {
                    "benchmatrix_producer": "benchmatrix",
                    "benchmatrix_schema_version": 1,
                    "metric_name": "single_call_latency",
                    "implementation_name": "pipeline",
                    "case_name": f"case {number:03}",
                    "case_fresh_inputs": False,
                },
                "stats": {
                    "mean": statistics.mean(calls),
                    "median": statistics.median(calls),
                    "min": min(calls),
                    "rounds": len(calls),
                    "iterations": 1,
                    "data": calls,
                },
            }
            for number, calls in enumerate(cases)
        ],
        "datetime": "2026-11-22T20:00:00",
        "version": "5.3.1",
        "machine_info": {},
        "commit_info": {},
    }


def _always(status: peers.Status) -> peers.Gate:
    return peers.Gate(
        name=f"always {status}",
        reading="as used",
        distribution="numpy",
        rule=lambda arms: [status] * arms.cases,
        restarts=1,
    )


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Two quiet sessions and one that is hopeless, judged by us and by gates that always say the same."""
    monkeypatch.setattr(replay, "agreement", lambda recorded, level: [True])
    for number in (0, 1, 3):
        record(tmp_path, number, noise=2.0 if number == 3 else 0.003)
    return replay.replay(tmp_path, [_always("fails"), _always("undecided")])


class TestFigures:
    def test_counts_shares_and_bounds(self, results: dict) -> None:
        row = next(row for row in results["gates"] if row["gate"] == replay.OURS and row["level"] == 0)
        assert row["sessions"] == 3
        assert row["cases"] == 3 * CASES
        assert row["fails"]["count"] == 0
        assert row["fails"]["bounds_95"][1] == pytest.approx(1 - 0.025 ** (1 / 3), abs=1e-4)
        assert row["undecided"]["count"] == 1
        assert row["restarts"] == {"3": 2, "8": 1}
        assert row["calls"] == pytest.approx((3 + 3 + 8) / 3 * CASES * QUADS * 4)
        assert row["covered"]["count"] == 3

    def test_slower_is_counted_as_power(self, results: dict) -> None:
        row = next(row for row in results["gates"] if row["gate"] == replay.OURS and row["level"] == 0.10)
        assert row["fails"]["count"] == 2
        assert row["change"] == pytest.approx(0.10, abs=0.01)
        rule = next(row for row in results["clocks"] if row["rule"] == "wall" and row["level"] == 0.10)
        assert rule["fails"] == row["fails"]

    def test_the_spread_of_unchanged_restarts_by_what_the_host_took(self, tmp_path: Path) -> None:
        for number, stolen in enumerate((0.0, 0.2)):
            record(tmp_path, number, noise=0.1 if stolen else 0.001, change=0.1, stolen=stolen)
        recorded = list(recordings.sessions(tmp_path, "espeak-idle"))
        assert ours.changes(recorded[0], 0) == pytest.approx([math.log(1.1)] * 8, abs=0.003)
        calm, stolen = replay.spread_of(recorded)
        assert (calm["stolen"], calm["restarts"]) == ([0.0, 0.01], 8)
        assert (stolen["stolen"], stolen["restarts"]) == ([0.1, 1.0], 8)
        assert 30 < stolen["sd"] / calm["sd"] < 300
        assert replay.about(recorded)["measured_anew"] == 2

    def test_others_are_counted_alike(self, results: dict) -> None:
        rows = {row["gate"]: row for row in results["gates"] if row["level"] == 0}
        assert rows["always fails"]["fails"]["share"] == 1
        assert rows["always fails"]["case_fails"]["count"] == 3 * CASES
        assert rows["always undecided"]["undecided"]["share"] == 1
        assert rows["always undecided"]["calls"] == CASES * QUADS * 4

    @pytest.mark.parametrize(
        ("cases", "build"),
        [
            (["passes", "fails", "undecided"], "fails"),
            (["passes", "undecided"], "undecided"),
            (["passes", "passes"], "passes"),
        ],
    )
    def test_one_case_speaks_for_the_build(self, cases: list[peers.Status], build: str) -> None:
        assert replay.overall(cases) == build

    def test_what_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = msgspec.structs.replace(_always("fails"), distribution="no-such-tool")
        monkeypatch.setattr(peers, "gates", lambda: [gate])
        with pytest.raises(MissingExtra, match="no-such-tool"):
            replay.others()

    def test_nothing_recorded_is_said_without_a_traceback(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("sys.argv", ["replay.py", "--ours", "--recordings", str(tmp_path)])
        assert replay.main() == 2
        assert "record.py" in capsys.readouterr().err


class TestPage:
    def test_tables_say_what_was_found(self, results: dict) -> None:
        text = page.table(json.loads(json.dumps(results)))
        assert "| tts-baseline judge | as used | 0 / 67 |" in text
        assert "| always fails | as used | 100 / 100 |" in text
        assert "3 sessions of 3 cases and 8 restarts" in text
        assert "| tts-baseline judge | as used | 0 % [0, 71] | 67 % [9.4, 99] | 0 % [0, 34] |" in text
        assert "| wall | 0 / 33 % | 67 / 33 % |" in text
        assert "| 0 to 1 % | 24 |" in text
        assert "measured anew" not in text
        results["rigs"]["espeak-idle"]["measured_anew"] = 3
        assert "3 restarts were measured anew because" in page.table(results)

    def test_only_what_stands_between_the_marks_is_replaced(self, tmp_path: Path, results: dict) -> None:
        path = tmp_path / "judge.md"
        path.write_text(f"before\n{page.BEGIN}\noutdated\n{page.END}\nafter\n", encoding="utf-8")
        page.write_page(path, results)
        page.write_page(path, results)
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"before\n{page.BEGIN}\n\nOf 100 builds")
        assert text.endswith(f"\n{page.END}\nafter\n")
        assert "outdated" not in text
        assert text.count(page.BEGIN) == 1

    def test_figures_are_the_recorded_ones(self) -> None:
        shown = JUDGE.partition(page.BEGIN)[2].partition(page.END)[0]
        if replay.RESULTS.exists():
            assert shown.strip() == page.table(json.loads(replay.RESULTS.read_text(encoding="utf-8"))).strip()
        else:
            assert not shown.strip()

    def test_looks_and_error_rates_are_those_of_the_code(self) -> None:
        for restarts in LOOKS:
            assert f"| {restarts} | {100 * alpha_at(restarts):.3g} % |" in JUDGE
        assert f"{100 * ALPHA:.3g} %" in JUDGE
        assert f"{100 * math.expm1(MODE):.0f} % beyond the limit" in JUDGE
        assert f"the limit, {ours.LIMIT.removesuffix('%')} % for latency" in JUDGE

    def test_commands_it_types_are_there(self) -> None:
        for name in re.findall(r"python (\S+\.py)", JUDGE):
            assert (ROOT / name).exists(), name
        words = re.findall(r"^tts-baseline (\w+) (--[\w-]+)", JUDGE, flags=re.MULTILINE)
        assert words
        for command, _ in words:
            assert cli.main([command, "--help"]) == 0


class TestCurves:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("matplotlib")

    def test_the_picture_names_every_gate_and_rig_and_is_the_same_each_time(self, results: dict) -> None:
        import curves

        drawn = curves.draw(results)
        text = " ".join(ElementTree.fromstring(drawn).itertext())
        for words in ("espeak-idle, as used", "espeak-idle, on all calls", "always fails", curves.UNDECIDED):
            assert words in text
        assert drawn == curves.draw(results)

    def test_without_results_it_says_what_to_type(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        import curves

        monkeypatch.setattr("sys.argv", ["curves.py", "--results", str(tmp_path / "none.json")])
        assert curves.main() == 2
        assert "replay.py" in capsys.readouterr().err
