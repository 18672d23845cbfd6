"""Scores cases in processes of their own, as many as there are cores, where that is worth their start.

A scorer reads one case at a time from a pipe, and answers through another; it ends when its pipe does, and so
with the session, however that ends. What a scorer does not answer is scored in this process.
"""

from __future__ import annotations

import contextlib
import os
import queue
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import msgspec
from msgspec import Struct

from tts_baseline.core.environment import usable_cores
from tts_baseline.core.records import Calls, Case, Phone, QualityCase, Utterance
from tts_baseline.session.measurement.score import Asked, Scored, is_known, of_case

# A second of audio takes 0.07 s of CPU (benchmarks/scoring), a scorer's start 1 s: two gain from 30 s on.
WORTH_S = 30.0
_MOST = 8  # chosen: each holds the features of one case, and the libraries of all metrics
_MAIN = (
    "import sys; from tts_baseline.session.measurement.scorers import serve; serve(*map(int, sys.argv[1:]))"
)
_LENGTH = struct.Struct("<Q")


def several(asked: Sequence[Asked]) -> Iterator[Scored]:
    """The cases scored, in order: by scorers those that have to be computed, if that is much, else here."""
    work = [number for number, item in enumerate(asked) if not is_known(item)]
    seconds = sum(len(u.samples) / u.sample_rate for number in work for u in asked[number].heard)
    jobs = min(len(work), len(usable_cores()), _MOST)
    answered = {}
    if jobs > 1 and seconds >= WORTH_S:
        with contextlib.suppress(OSError):  # no process can be started
            answered = dict(zip(work, in_scorers([asked[number] for number in work], jobs), strict=True))
    for number, item in enumerate(asked):
        yield answered.get(number) or of_case(item)


def in_scorers(asked: Sequence[Asked], jobs: int) -> list[Scored | None]:
    """The cases scored by so many scorers; None for what none has answered."""
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        free: queue.SimpleQueue[_Scorer] = queue.SimpleQueue()
        for _ in range(jobs):
            scorer = _Scorer()
            stack.callback(scorer.end)  # also where this is interrupted
            free.put(scorer)

        def answer(item: Asked) -> Scored | None:
            scorer = free.get()
            try:
                return scorer.ask(item)
            finally:
                free.put(scorer)

        return list(pool.map(answer, asked))


def serve(requests: int, answers: int) -> None:
    """Score what comes, until the pipe ends."""
    with os.fdopen(requests, "rb") as incoming, os.fdopen(answers, "wb") as outgoing:
        while payload := _received(incoming):
            _send(outgoing, msgspec.msgpack.encode(of_case(_unpacked(payload))))


class _Scorer:
    """A process that scores, in a session of its own: Ctrl-C is for the one that asks."""

    def __init__(self) -> None:
        theirs, requests = os.pipe()
        answers, mine = os.pipe()
        self._requests, self._answers = os.fdopen(requests, "wb"), os.fdopen(answers, "rb")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _MAIN, str(theirs), str(mine)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                pass_fds=(theirs, mine),
                start_new_session=True,
            )
        except OSError:
            self._close()
            raise
        finally:
            os.close(theirs)
            os.close(mine)

    def ask(self, item: Asked) -> Scored | None:
        """The answer; None where it has ended, or says nothing that can be read."""
        try:
            _send(self._requests, _packed(item))
            payload = _received(self._answers)
            return msgspec.msgpack.decode(payload, type=Scored) if payload else None
        except (OSError, ValueError, msgspec.MsgspecError):
            return None

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        for end in (self._requests, self._answers):
            with contextlib.suppress(OSError, ValueError):
                end.close()


class _Wave(Struct, frozen=True):
    """An utterance as bytes."""

    samples: bytes
    kind: str
    sample_rate: int
    stages: dict[str, float]
    phones: tuple[Phone, ...]


class _Packed(Struct, frozen=True):
    """What is asked, as bytes and plain values."""

    case: Case
    calls: tuple[Calls, ...]
    heard: tuple[_Wave, ...]
    golden: _Wave | None
    accepted: QualityCase | None
    software: dict[str, str]


def _packed(item: Asked) -> bytes:
    waves = tuple(map(_wave, item.heard))
    golden = _wave(item.golden) if item.golden else None
    packed = _Packed(item.case, item.calls, waves, golden, item.accepted, dict(item.software))
    return msgspec.msgpack.encode(packed)


def _unpacked(payload: bytes) -> Asked:
    packed = msgspec.msgpack.decode(payload, type=_Packed)
    return Asked(
        case=packed.case,
        calls=packed.calls,
        heard=tuple(map(_utterance, packed.heard)),
        golden=_utterance(packed.golden) if packed.golden else None,
        accepted=packed.accepted,
        software=packed.software,
    )


def _wave(utterance: Utterance) -> _Wave:
    samples = utterance.samples
    return _Wave(
        samples.tobytes(), samples.dtype.str, utterance.sample_rate, utterance.stages, utterance.phones
    )


def _utterance(wave: _Wave) -> Utterance:
    import numpy as np

    samples = np.frombuffer(wave.samples, wave.kind)
    return Utterance(samples=samples, sample_rate=wave.sample_rate, stages=wave.stages, phones=wave.phones)


def _send(end: BinaryIO, payload: bytes) -> None:
    end.write(_LENGTH.pack(len(payload)))
    end.write(payload)
    end.flush()


def _received(end: BinaryIO) -> bytes:
    """The next message; empty at the end of the pipe."""
    head = end.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return b""
    (length,) = _LENGTH.unpack(head)
    payload = end.read(length)
    return payload if len(payload) == length else b""
