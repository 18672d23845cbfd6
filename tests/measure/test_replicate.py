from __future__ import annotations

from tts_baseline.core.records import Case
from tts_baseline.measure.replicate import MAX_LOST_IN_A_ROW, Pace, measure

PACE = Pace(passes=3, timeout=0.7, load_timeout=20)


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
        taken = measure(spec(), many, index=index, pace=Pace(passes=1, timeout=5, load_timeout=20))
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
    pace = Pace(passes=50, timeout=5, load_timeout=20, deadline=0.0)
    taken = measure(spec(), cases("hola"), index=0, pace=pace)
    assert len(taken.replicate.calls["c0-hola"].wall_s) == 1
