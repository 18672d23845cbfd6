from __future__ import annotations

import hashlib

import pytest

from tts_baseline.core.errors import RequestFailed, WorkerDied
from tts_baseline.core.records import Case, Work
from tts_baseline.measure import replicate
from tts_baseline.measure.protocol import Counted, Ready, Spoken
from tts_baseline.measure.replicate import MAX_LOST_IN_A_ROW, ReplicatePace, measure
from tts_baseline.measure.work import NO_TORCH

PACE = ReplicatePace(passes=3, timeout=0.7, load_timeout=20)


def cases(*texts: str) -> list[Case]:
    return [Case(id=f"c{number}-{text}", text=text) for number, text in enumerate(texts)]


def test_every_case_has_a_column_a_call(spec) -> None:
    taken = measure(spec(), cases("hola", "adiós"), index=0, pace=PACE)
    for calls in taken.replicate.calls.values():
        assert len(calls.wall_s) == len(calls.cpu_s) == len(calls.reference_s) == 3
        assert calls.stages == {"model": (0.001,) * 3}
    assert taken.replicate.calls["c0-hola"].audio_s == 4 / 16000
    assert taken.replicate.cold_start is not None
    assert taken.provenance == {"voice": "tone"}
    assert taken.failures == ()


def test_passes_are_shuffled_alike_for_the_same_index(spec) -> None:
    # 'counter' returns as many samples as calls were made so far: where its first call stood
    many = cases(*["x"] * 8, "counter")

    def place(index: int) -> int:
        taken = measure(spec(), many, index=index, pace=ReplicatePace(passes=1, timeout=5, load_timeout=20))
        return len(taken.utterances["c8-counter"].samples)

    assert place(0) == place(0)
    assert len({place(0), place(1), place(2)}) > 1


def test_one_bad_case_does_not_stop_the_others(spec) -> None:
    taken = measure(spec(), cases("hola", "raise", "segfault", "hang", "adiós"), index=0, pace=PACE)
    assert {f.case: f.kind for f in taken.failures} == {
        "c1-raise": "error",
        "c2-segfault": "crash",
        "c3-hang": "timeout",
    }
    assert set(taken.replicate.calls) == set(taken.utterances) == {"c0-hola", "c4-adiós"}
    assert all(len(calls.wall_s) == 3 for calls in taken.replicate.calls.values())


def test_gives_up_after_three_lost_workers_in_a_row(spec) -> None:
    taken = measure(spec(), cases(*["exit"] * 6), index=0, pace=PACE)
    kinds = [f.kind for f in taken.failures]
    assert kinds.count("crash") == MAX_LOST_IN_A_ROW
    assert kinds.count("gave up") == 6 - MAX_LOST_IN_A_ROW
    assert taken.replicate.cold_start is None
    assert taken.replicate.calls == {}


def test_stops_at_the_deadline_after_one_timed_pass(spec) -> None:
    pace = ReplicatePace(passes=50, timeout=5, load_timeout=20, deadline=0.0)
    taken = measure(spec(), cases("hola"), index=0, pace=pace)
    assert len(taken.replicate.calls["c0-hola"].wall_s) == 1


WORK = Work(operators={"aten.mm": 3})


class Hands:
    """Workers that say what they are asked, note it, and do in counting what the text asks for."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.hired = 0

    def __call__(self, _spec: object, *, load_timeout: float) -> Hands:
        self.hired += 1
        return self

    ready = Ready(0.1, 0.1, 0.1, {})

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, *_: object) -> None: ...

    def speak(self, request, *, full: bool, timeout: float) -> Spoken:
        self.log.append(request.text)
        draw = str(len(self.log)) if request.text == "unseeded" else ""
        times = {"wall_s": 0.1, "cpu_s": 0.1, "reference_s": 0.1}
        return Spoken(
            **times, stages={}, sample_rate=16000, samples=1, sha256=_hash(request.text + draw), audio=b"1234"
        )

    def count(self, request, *, timeout: float) -> Counted:
        self.log.append(f"count {request.text}")
        match request.text:
            case "refuses":
                raise RequestFailed("no rule for aten.odd")
            case "crashes":
                raise WorkerDied("the worker died of signal 11")
            case "no torch":
                return Counted(Work(reason=NO_TORCH))
            case "other":
                return Counted(WORK, _hash("something else"))
        return Counted(WORK, _hash(request.text))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def hands(monkeypatch) -> Hands:
    found = Hands()
    monkeypatch.setattr(replicate, "Worker", found)
    return found


def counted(hands: Hands, *texts: str, index: int = 0) -> tuple[dict[str, Work | None], int]:
    """What was counted, by text, and how many calls were reported."""
    reported: list[int] = []
    taken = measure(
        None,
        [Case(id=f"c{number}", text=text) for number, text in enumerate(texts)],
        index=index,
        pace=ReplicatePace(passes=2, timeout=1, load_timeout=1),
        on_call=lambda: reported.append(1),
    )
    assert taken.failures == ()
    assert all(len(calls.wall_s) == 2 for calls in taken.replicate.calls.values())
    return {texts[int(id[1:])]: calls.work for id, calls in taken.replicate.calls.items()}, len(reported)


def test_work_is_counted_once_a_case_after_all_that_is_timed(hands: Hands) -> None:
    work, reported = counted(hands, "uno", "dos")
    assert work == {"uno": WORK, "dos": WORK}
    assert hands.log[-2:] == ["count uno", "count dos"]
    assert reported == 2 * (1 + 2) + 2
    assert len(hands.log) == 1 + reported


def test_work_is_counted_in_the_first_replicate_alone(hands: Hands) -> None:
    assert counted(hands, "uno", index=1) == ({"uno": None}, 3)
    assert hands.log == ["uno"] * 4


def test_a_worker_without_torch_is_asked_once(hands: Hands) -> None:
    work, reported = counted(hands, "no torch", "dos", "tres")
    assert list(work.values()) == [Work(reason=NO_TORCH)] * 3
    assert [line for line in hands.log if line.startswith("count")] == ["count no torch"]
    assert reported == 3 * (1 + 2)


def test_a_call_that_cannot_be_counted_costs_its_counters_only(hands: Hands) -> None:
    work, _ = counted(hands, "refuses", "dos")
    assert work == {
        "refuses": Work(reason="failed while its work was counted: no rule for aten.odd"),
        "dos": WORK,
    }


def test_a_worker_that_is_lost_in_counting_is_not_replaced(hands: Hands) -> None:
    work, _ = counted(hands, "uno", "crashes", "tres")
    assert work["uno"] == WORK
    assert (
        work["crashes"].reason == "ended the worker while its work was counted: the worker died of signal 11"
    )
    assert work["tres"].reason == "an earlier call ended the worker while its work was counted"
    assert hands.hired == 1


def test_audio_that_counting_changes_voids_the_counters(hands: Hands) -> None:
    work, _ = counted(hands, "other", "unseeded")
    assert work == {"other": Work(reason="sounds otherwise when its work is counted"), "unseeded": WORK}


def test_a_new_worker_says_a_case_before_its_work_is_counted(hands: Hands, monkeypatch) -> None:
    calls = iter(range(100))
    speak = hands.speak

    def dies_once(request, **more) -> Spoken:
        if next(calls) == 6:  # the last timed call: first call, 2 x warm-up, 2 x 2 timed
            raise WorkerDied("the worker ended")
        return speak(request, **more)

    monkeypatch.setattr(hands, "speak", dies_once)
    taken = measure(
        None,
        [Case(id="a", text="uno"), Case(id="b", text="dos")],
        index=0,
        pace=ReplicatePace(passes=2, timeout=1, load_timeout=1),
    )
    lost = {failure.case for failure in taken.failures}
    (kept,) = {"a", "b"} - lost
    text = {"a": "uno", "b": "dos"}[kept]
    assert hands.hired == 2
    assert hands.log[-2:] == [text, f"count {text}"]
    cold_start = int(kept == "a")
    assert hands.log.count(text) == cold_start + 1 + 2 + 1
    assert taken.replicate.calls[kept].work == WORK


def test_a_pipeline_without_torch_is_said_to_have_none(spec) -> None:
    for index, work in ((0, Work(reason=NO_TORCH)), (1, None)):
        taken = measure(spec(), cases("hola", "adiós"), index=index, pace=PACE)
        assert [calls.work for calls in taken.replicate.calls.values()] == [work, work]
