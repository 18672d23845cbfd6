"""A soak: many requests to one fresh process, and what it holds after each."""

from __future__ import annotations

import importlib
import random
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Case, Request
from tts_baseline.core.soak import Allocation, Soak
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import WorkerSpec

_SEED = 300
_FRAMES = 30  # chosen: deeper than a pipeline calls its libraries
_NAMED, _LOUD = 3, 0.1  # chosen: what explains the growth
_TRACED = 3  # chosen: of as many requests one is traced, which takes two or three times as long
_LEAST = 0.5  # chosen: what is kept by fewer of the traced requests is a cache that fills


def soak(
    spec: WorkerSpec,
    cases: Sequence[Case],
    requests: int,
    *,
    timeout: float,
    load_timeout: float,
    deadline: float,
    traced: bool = False,
    on_call: Callable[[], None] = lambda: None,
) -> Soak:
    """What a fresh process held after each of so many requests, all cases in turn, until the `deadline`.

    `traced` asks memray, in further requests, for the lines whose allocations stay. Raises MissingExtra where
    it is not installed, and what a worker raises that is lost, or refuses.
    """
    if traced:
        _memray()
    order = _shuffled(cases)
    held: list[int] = []
    peaks: list[int] = []
    lines: tuple[Allocation, ...] = ()
    with Worker(spec, load_timeout=load_timeout) as worker:
        for case in islice(order, requests):
            if time.monotonic() > deadline:
                break
            spoken = worker.speak(case.request, full=True, timeout=timeout)
            on_call()
            if spoken.uss is not None:
                held.append(spoken.uss)
            if spoken.peak_rss is not None:
                peaks.append(spoken.peak_rss)
        if traced and held:
            again = [case.request for case in islice(order, max(len(held) // _TRACED, 1))]
            lines = _lines(worker, again, timeout=timeout)
    # A quarter is chosen: allocators and caches settle; every case has been said by then.
    warm = max(len(held) // 4, len(cases))
    return Soak(held=tuple(held), warm=warm, peak=max(peaks, default=None), lines=lines)


def _shuffled(cases: Sequence[Case]) -> Iterator[Case]:
    """The cases again and again, each time in another order."""
    dice = random.Random(_SEED)
    while True:
        yield from dice.sample(list(cases), len(cases))


def _lines(worker: Worker, requests: Sequence[Request], *, timeout: float) -> tuple[Allocation, ...]:
    with tempfile.TemporaryDirectory(prefix="tts-baseline-") as folder:
        trace = Path(folder) / "allocations"
        worker.trace(requests, trace, timeout=timeout)
        reader = _memray().FileReader(trace)
        kept, count = Counter[str](), Counter[str]()
        for record in reader.get_leaked_allocation_records(merge_threads=True):
            where = _where(record.stack_trace(_FRAMES))
            kept[where] += record.size
            count[where] += record.n_allocations
    steady = [
        Allocation(where=where, bytes=size / len(requests))
        for where, size in kept.most_common()
        if where and count[where] >= _LEAST * len(requests)
    ]
    return tuple(line for line in steady[:_NAMED] if line.bytes >= steady[0].bytes * _LOUD)


def _where(stack: Sequence[tuple[str, str, int]]) -> str:
    """The innermost line that is no library's, as 'voice.py:12 in synthesize'; any line where all are."""
    others = tuple(str(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))
    own = [frame for frame in stack if not frame[1].startswith(others)]
    for function, file, line in (own or list(stack))[:1]:
        return storable(f"{Path(file).name}:{line} in {function}")
    return ""


def _memray() -> Any:
    try:
        return importlib.import_module("memray")
    except ImportError as missing:
        raise MissingExtra("the lines that allocate are told by memray", extra="memray") from missing
