"""Which threads are counted, and when nothing is: all without torch, with a watch that only takes notes."""

from __future__ import annotations

import contextlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tts_baseline.core.records import Request, Work
from tts_baseline.measure import work
from tts_baseline.measure.client import Worker

CAN_ENTER_ANY_THREAD = hasattr(threading, "setprofile_all_threads")


class Notes:
    """A watch that counts calls of `see` on threads that have entered it."""

    def __init__(self) -> None:
        self.tally: Notes | None = None
        self.entered: list[int] = []
        self.seen = 0
        self.missed = 0
        self.reason = ""
        self.notices: list = []

    def begin(self, *, has_device: bool) -> Notes:
        self.tally = self
        self.seen, self.reason = 0, ""
        return self

    def end(self) -> None:
        self.tally = None

    def give_up(self, reason: str) -> None:
        self.reason = reason

    def work(self) -> Work:
        return (
            Work(reason=self.reason)
            if self.reason
            else Work(operators={"see": self.seen} if self.seen else {})
        )

    @contextlib.contextmanager
    def modules_call(self, notice):
        self.notices.append(notice)
        yield
        self.notices.remove(notice)

    def __enter__(self) -> None:
        self.entered.append(threading.get_ident())

    def __exit__(self, *_: object) -> None:
        self.entered.remove(threading.get_ident())

    def see(self, _: object = None) -> None:
        for notice in self.notices:
            notice()
        if threading.get_ident() in self.entered and self.tally:
            self.seen += 1


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def counter(notes: Notes) -> work.Counter:
    return work.Counter(notes)


def test_a_call_is_counted_and_its_answer_comes_back(notes: Notes, counter: work.Counter) -> None:
    assert counter.count(lambda: (notes.see(), 7)[1]) == (7, Work(operators={"see": 1}))
    assert notes.entered == []
    notes.see()
    assert counter.count(notes.see)[1] == Work(operators={"see": 1})


def test_a_call_that_dispatches_nothing_says_so(counter: work.Counter) -> None:
    assert counter.count(lambda: None)[1] == Work(reason=work.NOTHING)


def test_threads_that_start_in_the_call_are_counted(notes: Notes, counter: work.Counter) -> None:
    class Own(threading.Thread):
        def run(self) -> None:
            notes.see()

    def call() -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(notes.see, range(20)))
        own = Own()
        own.start()
        own.join()

    assert counter.count(call)[1] == Work(operators={"see": 21})


def test_a_pool_that_starts_in_one_call_is_counted_in_the_next(notes: Notes, counter: work.Counter) -> None:
    with ThreadPoolExecutor(1) as pool:
        for _ in range(3):
            assert counter.count(lambda: list(pool.map(notes.see, range(5))))[1] == Work(operators={"see": 5})
        assert len(notes.entered) == 1


def test_a_thread_that_ran_before_is_counted_or_voids_the_counters(
    notes: Notes, counter: work.Counter
) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        counted = counter.count(lambda: pool.submit(notes.see).result())[1]
        if CAN_ENTER_ANY_THREAD:
            assert counted == Work(operators={"see": 1})
        else:
            assert "a thread that ran before the call" in counted.reason
        assert counter.count(notes.see)[1] == Work(operators={"see": 1})


def test_a_thread_that_ran_before_and_has_no_part_is_no_reason(notes: Notes, counter: work.Counter) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        assert counter.count(notes.see)[1] == Work(operators={"see": 1})
    assert notes.notices == []


def test_modules_are_not_hooked_where_no_other_thread_runs(
    notes: Notes, counter: work.Counter, monkeypatch
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert counter.count(lambda: (notes.see(), len(notes.notices))[1])[0] == 0


def test_profilers_are_what_they_were_before(counter: work.Counter) -> None:
    def profiler(*_: object) -> None: ...

    before = threading.getprofile()
    threading.setprofile(profiler)
    try:
        with pytest.raises(ZeroDivisionError):
            counter.count(lambda: 1 / 0)
        assert threading.getprofile() is profiler
    finally:
        threading.setprofile(before)


def test_a_call_that_raises_leaves_nothing_entered(notes: Notes, counter: work.Counter) -> None:
    with pytest.raises(ZeroDivisionError):
        counter.count(lambda: 1 / 0)
    assert (notes.entered, notes.tally) == ([], None)
    assert counter.count(notes.see)[1] == Work(operators={"see": 1})


def test_without_torch_there_is_no_counter_and_torch_stays_unimported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert work.counter() is None
    assert "torch" not in sys.modules


def test_a_pipeline_without_torch_is_not_asked_again(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        assert worker.speak(Request(text="counter"), full=False, timeout=20).samples == 1
        counted = worker.count(Request(text="counter"), timeout=20)
        assert (counted.work, counted.sha256) == (Work(reason=work.NO_TORCH), None)
        assert worker.speak(Request(text="counter"), full=False, timeout=20).samples == 2
        assert worker.speak(Request(text="imported torch"), full=False, timeout=20).samples == 0
