"""A speech server on this machine that now and then answers a request with another one's sound, and says so.

Every text has a voice-like sound of its own: syllables with formants, and pauses between them.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple

import numpy as np
import soundfile

from tests.support.loopback import answering

RATE = 8_000
KINDS = ("swapped", "duplicated", "stitched", "stale")
_LATELY = 20  # answers that may not have reached their clients yet
_MEETS_S = 0.005  # an honest request stays so long, for another to meet it


def syllables(text: str, take: int = 0, spread: float = 0.0) -> np.ndarray:
    """The sound of a text, in 16 bits as floats; takes differ in tempo and pitch where there is a spread."""
    own = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))
    chance = np.random.default_rng([take, 7])
    pitch = 110.0 * np.exp(chance.normal(0, 3 * spread))
    parts = []
    for _ in range(max(5, len(text) // 4)):
        seconds = own.uniform(0.07, 0.16) * np.exp(chance.normal(0, spread))
        at = np.arange(int(seconds * RATE)) / RATE
        formants = own.uniform((250, 800, 2000), (800, 2000, 3600))
        glide = pitch * own.uniform(0.85, 1.2)
        harmonics = glide * np.arange(1, int(RATE / 2 / glide))
        gains = np.exp(-(((harmonics[:, None] - formants) / 150) ** 2)).sum(axis=1)
        wave = gains @ np.sin(2 * np.pi * harmonics[:, None] * at)
        parts += [own.uniform(0.05, 0.2) * wave * np.hanning(len(at))]
        parts += [np.zeros(int(own.uniform(0, 0.03) * RATE))]
    sound = np.concatenate(parts)
    sound = sound / np.abs(sound).max() * 0.5
    return (np.round(sound * 32768) / 32768).astype(np.float32)


class Planted(NamedTuple):
    """A text that was answered wrongly, how, and the text whose sound it had."""

    text: str
    kind: str
    other: str


class Crossing:
    """Answers texts with the sounds of `speak`; about every so-many-th gets a wrong one, kind by kind.

    Nothing is done to a request that is alone: faults wait for one that others are beside.
    """

    def __init__(self, speak=syllables, *, every: int = 0, seed: int = 0) -> None:
        self._speak, self._every = speak, every
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self._honest: list[str] = []  # texts under way that nothing is done to yet
        self._exchange: dict[str, np.ndarray] = {}  # sounds that texts are to have instead of their own
        self._done: list[str] = []
        self._turn = self._due = self._faults = 0
        self.planted: list[Planted] = []

    def answer(self, text: str) -> np.ndarray:
        """The sound for a request, its own or another's."""
        own = self._speak(text)
        with self._lock:
            self._turn += 1
            self._due += bool(self._every) and self._turn % self._every == 0
            kind = KINDS[self._faults % len(KINDS)]
            before = self._done[:-_LATELY] if kind == "stale" else self._honest
            others = [other for other in before if other != text]
            if self._due and self._honest and others:
                self._due -= 1
                self._faults += 1
                return self._wrong(text, own, kind, self._dice.choice(others))
            self._honest.append(text)
        if self._every:
            time.sleep(_MEETS_S)
        with self._lock:
            if text in self._honest:
                self._honest.remove(text)
                self._done.append(text)
            return self._exchange.pop(text, own)

    def _wrong(self, text: str, own: np.ndarray, kind: str, other: str) -> np.ndarray:
        (self._done if kind == "stale" else self._honest).remove(other)  # each has a part in one fault
        theirs = self._speak(other)
        self.planted.append(Planted(text, kind, other))
        if kind == "swapped":
            self.planted.append(Planted(other, kind, text))
            self._exchange[other] = own
        if kind == "stitched":
            theirs = np.concatenate([own[: len(own) // 2], theirs[len(theirs) // 2 :]])
        return theirs


@contextmanager
def serving(crossing: Crossing) -> Iterator[str]:
    """The address of a server with the speech API, which answers until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            file = io.BytesIO()
            soundfile.write(file, crossing.answer(text), RATE, format="WAV", subtype="PCM_16")
            self.send_response(200)
            self.send_header("Content-Type", "audio/wav")
            self.send_header("Content-Length", str(file.tell()))
            self.end_headers()
            self.wfile.write(file.getvalue())

        def log_message(self, *_) -> None:
            pass

    with answering(Handler) as url:
        yield url
