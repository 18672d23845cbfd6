"""Where a call spends its time: looked at every millisecond, by the standard library.

A signal looks in between what Python does, a thread while the caller is in code that is not Python. That
slows the call down a little, and is done to calls that nobody times. Functions that a pipeline could replace
are taken by name, before it is imported.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from signal import ITIMER_REAL, SIG_DFL, SIGALRM, getsignal, setitimer, siginterrupt, signal
from threading import Thread, get_ident
from threading import enumerate as threads
from time import perf_counter, sleep
from types import CodeType, FrameType

from msgspec import Struct

import tts_baseline
from tts_baseline.core.outside import storable
from tts_baseline.core.profile import DEEPEST

PERIOD_S = 0.001  # chosen: a call of 20 ms has 20 samples, and the sampler takes 2 % of a core
_SWITCH_S = 0.0005  # chosen: a thread that computes in Python hands over half a period after it is asked to
_LONGEST = 200  # chosen: characters of a function's name
# What stands for no function of its own: Python 3.12 runs most of these in the function around them.
_INLINE = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))
# Where a thread waits for another, which has the time that it waits.
_STDLIB = sysconfig.get_path("stdlib")
_WAITING = tuple(f"{_STDLIB}{os.sep}{name}" for name in ("threading.py", "queue.py", "concurrent"))

Codes = tuple[CodeType, ...]
Functions = tuple[str, ...]


class Sampled(Struct, frozen=True):
    """Seconds by stack, outermost function first, and the packages whose code is not installed."""

    stacks: dict[Functions, float]
    own: frozenset[str]


def sampled(call: Callable[[], object], times: int, target: str) -> Sampled:
    """Where `times` calls of `call` spend their time: in this thread, or in the one that it waits for.

    The package of the pipeline `target` and this one count as not installed, wherever they are.
    """
    looks = _Looks(sys._getframe())
    watcher = Thread(target=looks.watch, name="tts-baseline sampling", daemon=True)
    interval, collects = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH_S)
    gc.disable()  # a collection within sys._current_frames may wait for itself for ever (CPython gh-106883)
    has_timer = getsignal(SIGALRM) is SIG_DFL  # it is no one's

    def ring(_number: int, frame: FrameType | None) -> None:
        looks.look(frame)
        if not looks.is_over:  # rung anew each time: a fork that is always disturbed begins again for ever
            setitimer(ITIMER_REAL, PERIOD_S)

    try:
        watcher.start()
        if has_timer:
            signal(SIGALRM, ring)
            siginterrupt(SIGALRM, False)
            setitimer(ITIMER_REAL, PERIOD_S)
        for _ in range(times):
            call()
    finally:
        looks.is_over = True
        if has_timer:
            setitimer(ITIMER_REAL, 0.0)
            signal(SIGALRM, SIG_DFL)
        watcher.join()
        sys.setswitchinterval(interval)
        if collects:
            gc.enable()
    return _named(looks.spent, looks.modules, target)


class _Looks:
    """What was seen of this thread below the frame `around`, and of the threads that it waits for."""

    def __init__(self, around: FrameType) -> None:
        self.spent: Counter[Codes] = Counter()
        self.modules: dict[CodeType, str] = {}
        self.is_over = False
        self._around, self._caller = around, get_ident()
        self._lookers = {get_ident()}
        self._clocks = _cpu_clocks()
        self._before = perf_counter()
        self._last: Codes = ()

    def watch(self) -> None:
        """Look until it is over."""
        self._lookers.add(get_ident())
        while True:
            sleep(PERIOD_S)
            if self.is_over:
                return
            self.look(sys._current_frames().get(self._caller))

    def look(self, frame: FrameType | None) -> None:
        """What this thread is in has half the time since the last look, and what it was in then the other."""
        # Before anything else: what this thread waits for may be over a moment later.
        now, frames = perf_counter(), sys._current_frames()
        frame = self._interrupted(frame)
        if frame is None or self.is_over:
            return
        if _waits(frame):
            earlier, self._clocks = self._clocks, _cpu_clocks()
            busiest = frames.get(_busiest(earlier, self._clocks, frames.keys() - self._lookers))
            if busiest is not None and _waits(busiest):
                return  # it has just done what this thread waited for
            frame = busiest or frame
        stack = _stack(frame, self._around, self.modules)
        for each in (self._last or stack, stack):
            self.spent[each] += (now - self._before) / 2  # type: ignore[assignment]
        self._before, self._last = now, stack

    def _interrupted(self, frame: FrameType | None) -> FrameType | None:
        """The frame beneath those of a signal that looks."""
        place = frame
        while place is not None and place is not self._around:
            if place.f_code.co_filename == __file__:
                frame = place.f_back
            place = place.f_back
        return frame


def _waits(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_WAITING)


def _busiest(before: Mapping[int, float], now: Mapping[int, float], those: Collection[int]) -> int:
    """Which of those threads computed most; 0 if none did."""
    spent = {thread: now[thread] - before.get(thread, 0.0) for thread in now if thread in those}
    return max((thread for thread in spent if spent[thread] > 0), key=spent.__getitem__, default=0)


def _cpu_clocks() -> dict[int, float]:
    """CPU seconds of each thread that Python knows, by its identity; none where Linux does not tell."""
    clocks = {}
    for thread in threads():
        with contextlib.suppress(OSError, ValueError):  # it has ended, or this is no Linux
            file = Path(f"/proc/self/task/{thread.native_id}/schedstat")
            clocks[thread.ident or 0] = int(file.read_text().split()[0]) / 1e9
    return clocks


def _stack(frame: FrameType, around: FrameType, modules: dict[CodeType, str]) -> Codes:
    """The functions from the outermost to this frame's, below the frame `around` where that is among them."""
    codes: list[CodeType] = []
    place: FrameType | None = frame
    while place is not None and place is not around and len(codes) < DEEPEST:
        code = place.f_code
        if code.co_name not in _INLINE:
            codes.append(code)
            modules.setdefault(code, str(place.f_globals.get("__name__", "?")))
        place = place.f_back
    return tuple(reversed(codes))


def _named(spent: Mapping[Codes, float], modules: Mapping[CodeType, str], target: str) -> Sampled:
    installed = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib"))
    ours = {tts_baseline.__name__, _package(target.partition(":")[0])}
    names = {code: storable(f"{module}.{code.co_qualname}"[:_LONGEST]) for code, module in modules.items()}
    own = {
        _package(module)
        for code, module in modules.items()
        if not code.co_filename.startswith((*installed, "<frozen"))
    }
    stacks: Counter[Functions] = Counter()
    for codes, seconds in spent.items():
        stacks[tuple(names[code] for code in codes)] += seconds  # type: ignore[assignment]
    return Sampled(dict(stacks), frozenset(own | ours))


def _package(module: str) -> str:
    return module.partition(".")[0]
