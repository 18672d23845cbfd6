"""Restarts of two arms in real processes, told by what the processes themselves wrote down."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from statistics import median

import psutil
import pytest
from msgspec.structs import replace

import tts_baseline
from tests.support import REPOSITORY, diary
from tts_baseline.core.errors import PipelineError
from tts_baseline.core.records import Case, Request
from tts_baseline.measure import pair
from tts_baseline.measure.client import Worker
from tts_baseline.measure.host import CpuTime
from tts_baseline.measure.pair import QUADS, WARM_UPS, Arm, CaseLost, DoesNotFit, PairPace, Rendition, measure
from tts_baseline.measure.protocol import Ready, Spoken, WorkerSpec

HERE = str(REPOSITORY)
CASES = [Case(id="short", text="a"), Case(id="middle", text="bb"), Case(id="long", text="ccc")]
PACE = PairPace(quads=4, timeout=20, load_timeout=20)
WORDS = {"base": "A", "head": "B"}
NAMES = {"base": "main", "head": "tree"}


@pytest.fixture(autouse=True)
def _leaves_no_process_behind():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


class Room:
    """Two arms that write into one diary."""

    def __init__(self, folder: Path) -> None:
        self.diary = folder / "diary.jsonl"
        self.folder = folder
        self.python: dict[str, str] = {}
        self.calls = 0

    def spec(self, arm: str, target: str = "tests.support.diary", **settings: object) -> WorkerSpec:
        return WorkerSpec(
            builder="tests.support.diary:prepare",
            target=target,
            settings={"arm": arm, "diary": str(self.diary), **settings},
            device="cpu",
            optimize=(),
            root=str(self.folder),
            paths=(HERE,),
        )

    def arms(self, base: dict | None = None, head: dict | None = None) -> dict[pair.Side, Arm]:
        asked = {"base": base or {}, "head": head or {}}
        return {
            side: Arm(
                name=NAMES[side],
                spec=self.spec(side, **asked[side]),
                python=self.python.get(side, sys.executable),
            )
            for side in asked
        }

    def measure(self, index: int = 0, cases=CASES, pace: PairPace = PACE, hear=None, **arms):
        return measure(self.arms(**arms), cases, index=index, pace=pace, on_call=self._count, hear=hear)

    def _count(self) -> None:
        self.calls += 1

    def lines(self, what: str) -> list[dict]:
        return [line for line in diary.read(self.diary) if line["what"] == what]

    def spoken(self, case: Case, side: str | None = None) -> list[dict]:
        return [s for s in self.lines("speak") if s["text"] == case.text and side in (None, s["arm"])]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture(scope="module")
def restarts(tmp_path_factory):
    """Three restarts: 0; 1, with another interpreter for the base; and 0 with each arm alone."""
    asked = [(0, PACE), (1, PACE), (0, replace(PACE, together=False))]
    rooms = [Room(tmp_path_factory.mktemp(f"restart{number}")) for number in range(len(asked))]
    marked = rooms[1].folder / "python"
    marked.write_text(f'#!/bin/sh\nMARK=other exec "{sys.executable}" "$@"\n')
    marked.chmod(0o755)
    rooms[1].python["base"] = str(marked)
    return [(room, room.measure(index, pace=pace)) for room, (index, pace) in zip(rooms, asked, strict=True)]


def test_each_arm_is_a_fresh_process_that_dies_with_its_restart(restarts) -> None:
    pids = [line["pid"] for room, _ in restarts for line in room.lines("load")]
    assert len(set(pids)) == len(pids) == 2 * len(restarts)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    for room, _ in restarts:
        assert {line["arm"] for line in room.lines("load")} == {"base", "head"}
        assert {line["pid"] for line in room.lines("speak")} == {line["pid"] for line in room.lines("load")}


def test_each_arm_has_its_own_interpreter(restarts) -> None:
    marks = [{line["arm"]: line["mark"] for line in room.lines("load")} for room, _ in restarts]
    plain = {"base": "", "head": ""}
    assert marks == [plain, {"base": "other", "head": ""}, plain]


def test_two_processes_never_speak_at_once(restarts) -> None:
    for room, _ in restarts:
        spoken = room.lines("speak")
        assert all(one["at"] - one["begun"] >= diary.CALL_S for one in spoken)
        assert all(one["at"] <= next_one["begun"] for one, next_one in itertools.pairwise(spoken))


def test_what_is_timed_is_what_was_called_in_that_order(restarts) -> None:
    for room, taken in restarts:
        cold = {arm: next(s for s in room.lines("speak") if s["arm"] == arm) for arm in WORDS}
        assert {one["text"] for one in cold.values()} == {"a"}  # the shortest text makes the cold start
        for case in CASES:
            said = [one for one in room.spoken(case) if one not in cold.values()]
            for arm in WORDS:
                warm = [one for one in said if one["arm"] == arm][:WARM_UPS]
                said = [one for one in said if one not in warm]
            assert taken.orders[case.id] == "".join(WORDS[one["arm"]] for one in said)
            for arm, replicate in (("base", taken.base), ("head", taken.head)):
                walls = replicate.calls[case.id].wall_s
                own = [one["at"] - one["begun"] for one in said if one["arm"] == arm]
                assert len(walls) == len(own) == 2 * PACE.quads
                assert all(wall >= call - 1e-6 for wall, call in zip(walls, own, strict=True))


def test_the_orders_are_mirrored_quads_drawn_anew(restarts) -> None:
    quads = []
    for _, taken in restarts[:2]:
        for order in taken.orders.values():
            assert len(order) == 4 * PACE.quads
            quads += [order[start : start + 4] for start in range(0, len(order), 4)]
    assert set(quads) == {"ABBA", "BAAB"} == {"".join(WORDS[side] for side in order) for order in QUADS}


def test_a_pass_says_every_case_once_in_an_order_of_its_own(restarts) -> None:
    room, _ = restarts[0]
    timed = [one["text"] for one in room.lines("speak")][2 + 2 * WARM_UPS * len(CASES) :]
    assert all(len(set(timed[start : start + 4])) == 1 for start in range(0, len(timed), 4))
    turns = [tuple(timed[start : start + 12 : 4]) for start in range(0, len(timed), 12)]
    assert all(sorted(turn) == ["a", "bb", "ccc"] for turn in turns)
    assert len(set(turns)) > 1


def test_the_arms_take_turns_at_starting_first(restarts) -> None:
    firsts = [room.lines("load")[0]["arm"] for room, _ in restarts]
    assert firsts == ["base", "head", "base"]
    for (room, _), side in zip(restarts[:2], firsts, strict=False):
        cold, warm = room.lines("speak")[:2], room.lines("speak")[2:4]
        assert [cold[0]["arm"], warm[0]["arm"]] == [side, side]
        assert warm[0]["text"] == warm[1]["text"]


def test_both_live_at_once_or_one_after_the_other(restarts) -> None:
    for room, _ in restarts[:2]:
        first, second = room.lines("load")
        assert (first["alive"], second["alive"]) == ([], [first["pid"]])
    room, taken = restarts[2]
    assert [line["alive"] for line in room.lines("load")] == [[], []]
    assert set(taken.orders.values()) == {"A" * 8 + "B" * 8}
    assert [one["arm"] for one in room.lines("speak")] == ["base"] * 31 + ["head"] * 31


def test_the_records_carry_the_cold_start_audio_and_memory(restarts) -> None:
    for room, taken in restarts:
        for arm, replicate in (("base", taken.base), ("head", taken.head)):
            cold = replicate.cold_start
            assert cold.case == "short"
            assert min(cold.spawn_s, cold.import_s + cold.load_s) > 0
            assert cold.first_request_s >= diary.CALL_S
            assert list(replicate.calls) == [case.id for case in CASES]
            for case in CASES:
                calls = replicate.calls[case.id]
                assert calls.audio_s == len(case.text) / 16000
                assert min(calls.peak_rss, calls.uss) > 0
                assert calls.stages == {"model": (diary.CALL_S,) * 8}
                assert len(room.spoken(case, arm)) == 2 * PACE.quads + WARM_UPS + (case.id == "short")
        assert taken.dropped == 0
        hashes = [{id: calls.sha256 for id, calls in r.calls.items()} for r in (taken.base, taken.head)]
        assert hashes[0] == hashes[1]
        assert len(set(hashes[0].values())) == 3


def test_every_call_but_the_cold_starts_is_told_to_the_progress(restarts) -> None:
    for room, _ in restarts:
        assert room.calls == len(CASES) * (4 * PACE.quads + 2 * WARM_UPS) == len(room.lines("speak")) - 2


def test_a_planted_slowdown_is_executed_in_the_heads_calls_alone(room, monkeypatch) -> None:
    asked: list[tuple[str, float, Spoken]] = []
    speak = Worker.speak

    def noting(worker, request, **options):
        spoken = speak(worker, request, **options)
        asked.append((worker.ready.provenance["arm"], options.get("extra_s", 0.0), spoken))
        return spoken

    monkeypatch.setattr(Worker, "speak", noting)
    taken = room.measure(cases=CASES[:1], pace=replace(PACE, quads=3, slow=2.0))
    assert not any(extra for arm, extra, _ in asked if arm == "base")
    slowed = [(extra, spoken.wall_s) for arm, extra, spoken in asked if arm == "head" and extra]
    assert len(slowed) == 6
    for extra, wall in slowed:
        assert extra >= 2.0 * diary.CALL_S
        assert wall >= extra + diary.CALL_S
    assert taken.head.calls["short"].wall_s == pytest.approx([wall for _, wall in slowed], abs=1e-7)


@pytest.mark.parametrize(
    ("arm", "trouble", "words"),
    [
        ("base", "hang", "to speak"),
        ("head", "exit", "exit status 7"),
    ],
)
def test_a_case_that_an_arm_cannot_say(room, arm: str, trouble: str, words: str) -> None:
    cases = [*CASES[:1], Case(id="t", text="trouble")]
    pace = replace(PACE, timeout=0.4)
    with pytest.raises(CaseLost, match=words) as lost:
        room.measure(cases=cases, pace=pace, **{arm: {"trouble": trouble}})
    assert (lost.value.arm, lost.value.case) == (NAMES[arm], "t")
    assert isinstance(lost.value.error, PipelineError)
    assert str(lost.value).startswith(f"{lost.value.arm}: t: ")
    pids = [line["pid"] for line in room.lines("load")]
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_cold_start_that_an_arm_cannot_say(room) -> None:
    with pytest.raises(CaseLost, match=r"tree: t: .*no such phoneme"):
        room.measure(cases=[Case(id="t", text="trouble")], head={"trouble": "raise"})


def test_a_second_arm_that_does_not_fit_beside_the_first(room) -> None:
    with pytest.raises(DoesNotFit, match="no room for two"):
        room.measure(base={"greedy": True}, head={"greedy": True})


class Stub:
    """Stands in for a worker: call number n, counted over both arms from 0, takes n seconds."""

    said: list[tuple[str, str, float]]
    throttled: frozenset[int]
    stayed: list[tuple[str, dict[int, int], int]]
    teams: dict[str, dict[int, float]]
    cores: dict[str, float]
    parents: frozenset[str]
    restless: frozenset[str]
    waited: list[tuple[str, int]]

    def __init__(self, spec: WorkerSpec, **_: object) -> None:
        if spec.target == "broken":
            raise PipelineError("no module named voice")
        self.arm = spec.settings["arm"]
        self.thread = {"base": 1, "head": 2}[self.arm]
        self.ready = Ready(spawn_s=0.1, import_s=0.1, load_s=0.1, provenance={})

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None: ...

    def speak(self, request: Request, *, extra_s: float, **_: object) -> Spoken:
        number = len(self.said)
        self.said.append((self.arm, request.text, extra_s))
        return Spoken(
            wall_s=float(number), cpu_s=number * self.cores.get(self.arm, 0.5), reference_s=0.0, stages={},
            sample_rate=16000, samples=1,
            sha256="0", cycles=1.0, is_throttled=number in self.throttled,
        )  # fmt: skip

    def is_alone(self) -> bool:
        return self.arm not in self.parents

    def thread_times(self) -> dict[int, float]:
        """Of the start 9 s each, then what the arm's team has computed."""
        team = self.teams.get(self.arm, {})
        return {id: 9.0 + (time if len(self.said) > 2 else 0.0) for id, time in team.items()}

    def stay_on(self, cores: dict[int, int]) -> None:
        self.stayed.append((self.arm, cores, len(self.said)))

    def rest(self, timeout: float) -> bool:
        self.waited.append((self.arm, len(self.said)))
        return self.arm not in self.restless


@pytest.fixture
def stub(room, monkeypatch):
    """Measures one case in stand-ins whose calls of these numbers are throttled."""
    monkeypatch.setattr(pair, "Worker", Stub)

    monkeypatch.setattr(Stub, "cores", {}, raising=False)
    monkeypatch.setattr(Stub, "parents", frozenset(), raising=False)
    monkeypatch.setattr(Stub, "restless", frozenset(), raising=False)
    monkeypatch.setattr(Stub, "teams", {}, raising=False)

    def run(throttled=(), *, index: int = 0, cases=CASES[:1], together: bool = True, slow=0.0, **arms):
        monkeypatch.setattr(Stub, "said", [], raising=False)
        monkeypatch.setattr(Stub, "throttled", frozenset(throttled), raising=False)
        monkeypatch.setattr(Stub, "stayed", [], raising=False)
        monkeypatch.setattr(Stub, "waited", [], raising=False)
        return room.measure(index, cases, replace(PACE, quads=2, together=together, slow=slow), **arms)

    return run


@pytest.fixture
def three_cores(monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "linux")
    monkeypatch.setattr(pair.os, "sched_getaffinity", lambda _: {3, 5, 7}, raising=False)


def test_arms_of_one_thread_stay_on_the_same_core_before_anything_is_timed(stub, three_cores) -> None:
    chosen = set()
    for index in range(12):
        stub(index=index)
        (base, at, said), (head, there, _) = sorted(Stub.stayed, key=lambda one: one[0])
        assert (base, head, said) == ("base", "head", 2 * (1 + pair.WARM_UPS))
        assert (set(at), set(there)) == ({1}, {2})
        assert at[1] == there[2]
        chosen.add(at[1])
    assert chosen == {3, 5, 7}


TEAM = {11: 0.3, 12: 0.0, 13: 0.15, 14: 0.2, 15: 0.09}  # the second watches, the last helps a little
OTHER = {21: 0.06, 22: 0.0, 23: 0.03, 25: 0.05}


def test_threads_for_each_core_stay_on_the_same_cores_in_both_arms(stub, three_cores) -> None:
    Stub.cores = {"base": 2.5, "head": 2.5}
    Stub.teams = {"base": TEAM, "head": OTHER}
    chosen = set()
    for index in range(40):
        stub(index=index)
        found = {arm: cores for arm, cores, _ in Stub.stayed}
        assert (list(found["base"]), list(found["head"])) == ([11, 13, 14], [21, 23, 25])
        assert list(found["base"].values()) == list(found["head"].values())
        chosen.add(tuple(found["base"].values()))
    assert chosen == set(itertools.permutations((3, 5, 7)))
    assert Stub.waited  # a team spins


@pytest.mark.parametrize(
    "teams",
    [
        {},  # nothing is known of the threads
        {"base": TEAM},
        {"base": TEAM, "head": {21: 0.2, 22: 0.2}},  # fewer threads than cores
        {"base": TEAM, "head": {21: 0.2, 22: 0.2, 23: 0.2, 24: 0.2}},
        {"base": TEAM, "head": {21: 0.04, 22: 0.04, 23: 0.04}},  # too short to be told
    ],
)
def test_other_teams_leave_both_arms_all_cores(stub, three_cores, teams) -> None:
    Stub.cores = {"base": 2.5, "head": 2.5}
    Stub.teams = teams
    stub()
    assert Stub.stayed == []


def test_arms_that_take_turns_are_left_alone(stub, monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "linux")
    stub(together=False)
    assert Stub.stayed == []


def test_an_arm_that_starts_processes_leaves_both_all_cores(stub, monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "linux")
    Stub.parents = frozenset({"base"})
    stub()
    assert Stub.stayed == []


def test_an_arm_of_several_threads_leaves_both_all_cores(stub, monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "linux")
    Stub.cores = {"head": 1.8}
    stub()
    assert Stub.stayed == []


def test_no_call_is_timed_before_the_other_arms_threads_rest(stub) -> None:
    Stub.cores = {"base": 1.8, "head": 1.8}
    stub()
    first = 2 * (1 + pair.WARM_UPS)
    timed = [(arm, number) for number, (arm, *_) in enumerate(Stub.said) if number >= first]
    others = {"base": "head", "head": "base"}
    assert Stub.waited == [(others[arm], number) for arm, number in timed]
    assert len(timed) == 2 * 4


def test_an_arm_that_never_rests_is_waited_for_once(stub) -> None:
    Stub.cores = {"base": 1.8}
    Stub.restless = frozenset({"base"})
    stub()
    waited = [arm for arm, _ in Stub.waited]
    assert waited.count("base") == 1
    assert waited.count("head") == 4


def test_arms_that_share_a_core_are_not_waited_for(stub, monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "linux")
    stub()
    assert len(Stub.stayed) == 2
    assert Stub.waited == []


def test_where_processes_cannot_be_kept_on_a_core_they_are_not(stub, monkeypatch) -> None:
    monkeypatch.setattr(pair.sys, "platform", "darwin")
    stub()
    assert Stub.stayed == []


def test_the_same_index_measures_in_the_same_order_and_others_in_others(stub) -> None:
    def told(index: int) -> tuple:
        taken = stub(index=index, cases=CASES)
        return tuple(Stub.said), tuple(taken.orders.values())

    assert told(0) == told(0)
    assert len({told(index) for index in range(8)}) == 8


@pytest.fixture
def heard(stub, monkeypatch):
    """What is heard of one restart, and the seeds that each arm was asked for."""

    def run(index: int, *, unsteady: str = "", **more):
        seeds: dict[str, list[int]] = {"base": [], "head": []}
        plain = Stub.speak

        def speak(self: Stub, request: Request, **options: object) -> Spoken:
            seeds[self.arm].append(request.seed)
            number = len(seeds[self.arm]) if self.arm == unsteady else 0
            return replace(plain(self, request, **options), sha256=f"{request.seed}.{number}")

        found: dict[tuple[str, str], Rendition] = {}
        with monkeypatch.context() as patch:
            patch.setattr(Stub, "speak", speak)
            hear = lambda side, case, said: found.update({(side, case): said})  # noqa: E731
            taken = stub(index=index, cases=CASES, hear=hear, **more)
        return taken, found, seeds

    return run


def test_each_restart_is_heard_under_a_seed_of_its_own_the_same_in_both_arms(heard) -> None:
    """The cases' own in the first; no timed call has another than the case's own."""
    for index in (0, 1, 2, 7):
        _, found, seeds = heard(index)
        assert {*found} == {(side, case.id) for side in ("base", "head") for case in CASES}
        more = [index] * len(CASES) if index else []
        for arm in seeds.values():
            assert arm == [0] * (len(arm) - len(more)) + more
        assert all(said.repeats_itself for said in found.values())


def test_an_arm_whose_same_request_sounds_different_is_told(heard) -> None:
    for together in (True, False):
        _, found, _ = heard(1, unsteady="head", together=together)
        assert {side: said.repeats_itself for (side, _), said in found.items()} == {
            "base": True,
            "head": False,
        }


def test_where_nobody_listens_no_call_is_made_for_the_sound(stub, heard) -> None:
    plain = stub(index=3, cases=CASES)
    calls = len(Stub.said)
    taken, _, seeds = heard(3)
    assert sum(map(len, seeds.values())) == calls + 2 * len(CASES)
    assert taken.orders == plain.orders


def test_alone_the_head_starts_first_at_odd_indices(stub) -> None:
    assert stub(index=0, together=False).orders == {"short": "AAAABBBB"}
    assert stub(index=1, together=False).orders == {"short": "BBBBAAAA"}


def test_an_arm_that_cannot_be_loaded_beside_the_other_may_be_alone(stub) -> None:
    broken = {"target": "broken"}
    with pytest.raises(DoesNotFit, match="no module named voice"):
        stub(index=0, head=broken)
    with pytest.raises(DoesNotFit, match="no module named voice"):
        stub(index=1, base=broken)


def test_an_arm_that_cannot_be_loaded_first_or_alone_is_an_error(stub) -> None:
    for index, arm, together in [
        (0, "base", True),
        (1, "head", True),
        (0, "head", False),
        (1, "base", False),
    ]:
        with pytest.raises(PipelineError, match="no module named voice"):
            stub(index=index, together=together, **{arm: {"target": "broken"}})


def test_a_planted_slowdown_is_a_share_of_the_usual_time_in_that_place(stub) -> None:
    # The base says 0 (cold), 2, 4; the quads begin at 6. Alone, the head says 7 (cold), 8, 9.
    taken = stub(slow=0.5)
    before = [number for number, order in enumerate(taken.orders["short"], 6) if order == "A"]
    extras = [extra for arm, _, extra in Stub.said if arm == "head" and extra]
    second = median([2, 4, *before[:2]])
    assert extras == [0.5 * median([2, 4])] * 2 + [0.5 * second] * 2
    assert not any(extra for arm, _, extra in Stub.said[:6] if arm == "head")
    assert not any(extra for arm, _, extra in Stub.said if arm == "base")
    stub(slow=0.5, index=1)  # now the base says 1 (cold), 3, 5
    assert next(extra for *_, extra in Stub.said if extra) == 0.5 * 4
    stub(slow=0.5, together=False)
    assert [extra for arm, _, extra in Stub.said if arm == "head"] == [0, 0, 0] + [0.5 * 8.5] * 4


# Two cold starts and four warm-ups come first: the quads are the calls from 6 on, alone from 3 and from 10.
@pytest.mark.parametrize("throttled", [{6}, {7}, {8}, {9}, {6, 9}])
def test_a_quad_is_left_out_whole_where_one_call_was_throttled(stub, throttled) -> None:
    taken = stub(throttled)
    assert taken.dropped == 1
    assert taken.orders["short"] in ("ABBA", "BAAB")
    kept = (*taken.base.calls["short"].wall_s, *taken.head.calls["short"].wall_s)
    assert sorted(kept) == [10.0, 11.0, 12.0, 13.0]


def test_throttled_warm_ups_are_of_no_account(stub) -> None:
    assert stub(range(6)).dropped == 0


def test_a_case_without_quads_is_left_out(stub) -> None:
    taken = stub({6, 10})
    assert (taken.dropped, taken.orders) == (2, {"short": ""})
    assert taken.base.calls == taken.head.calls == {}
    assert taken.base.cold_start is not None


def test_alone_an_arms_part_of_a_quad_is_left_out(stub) -> None:
    taken = stub({3, 10, 12}, together=False)
    assert (taken.dropped, taken.orders) == (3, {"short": "AA"})
    assert list(taken.base.calls) == ["short"]
    assert taken.head.calls == {}


def test_the_cpu_time_that_the_host_gave_to_others_while_it_was_measured(stub, monkeypatch) -> None:
    times = iter([CpuTime(100.0, 5.0), CpuTime(106.0, 7.0)])
    monkeypatch.setattr(pair.host, "cpu_time", lambda: next(times))
    assert stub().stolen == 0.25


def test_a_project_that_holds_this_package_is_measured_with_its_own_copy(room, monkeypatch) -> None:
    own = room.folder / "src"
    own.mkdir()
    (own / "tts_baseline").symlink_to(Path(tts_baseline.__file__).parent)
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    spec = replace(room.spec("base", "registered"), paths=(str(room.folder), str(own), HERE))
    with Worker(spec, load_timeout=20) as worker:
        told = worker.ready.provenance
        assert worker.ready.origin == ""  # no module is called so
    assert told["tts_baseline"] == str(own / "tts_baseline" / "__init__.py")
    assert told["PYTHONPATH"] == f"{own}{os.pathsep}/nowhere"


@pytest.mark.parametrize("path", ["/nowhere", None])
def test_any_other_project_is_measured_with_the_sessions(room, monkeypatch, path) -> None:
    (room.folder / "src" / "tts_baseline").mkdir(parents=True)  # a folder of that name is not the package
    if path is None:
        monkeypatch.delenv("PYTHONPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONPATH", path)
    spec = replace(room.spec("base"), paths=(str(room.folder / "src"), HERE))
    with Worker(spec, load_timeout=20) as worker:
        told = worker.ready.provenance
        origin = worker.ready.origin
    assert told["tts_baseline"] == tts_baseline.__file__
    assert told["PYTHONPATH"] == (path or "unset")
    assert origin == diary.__file__
