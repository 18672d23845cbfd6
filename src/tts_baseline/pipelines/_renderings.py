"""What espeak-ng says, word by word, from a process of its own, which a text may end."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

import msgspec
from msgspec import Struct

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Phone, Request
from tts_baseline.pipelines.espeak import SAMPLE_RATE, Espeak, create, phones_of

_PATIENCE_S = 30.0  # chosen: a suite's sentences take a second
_FEW = 12  # chosen: as many as are listened to in one run; a few megabytes


class Rendering(Struct, frozen=True):
    """16-bit samples at `rate` Hz, phones, and of each word its first character in the text and seconds."""

    samples: bytes
    rate: int
    words: tuple[tuple[int, float, float], ...]
    phones: tuple[Phone, ...] = ()


def renderings(requests: Sequence[Request]) -> tuple[Rendering | None, ...]:
    """What espeak-ng says to each request; None for what it refuses; all None without it."""
    nothing = (None,) * len(requests)
    if not requests or find_spec("espeakng_loader") is None:
        return nothing
    try:
        said = (_said if len(requests) > _FEW else _remembered)(msgspec.msgpack.encode(requests))
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        return nothing
    return said if len(said) == len(requests) else nothing


def _said(requests: bytes) -> tuple[Rendering | None, ...]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__],
        input=requests,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_PATIENCE_S,
        check=True,
    )
    return msgspec.msgpack.decode(done.stdout, type=tuple[Rendering | None, ...])


_remembered = functools.lru_cache(maxsize=8)(_said)


def spelled(pipeline: Espeak, request: Request) -> Rendering:
    """The spoken request with the time of each word, which ends where the pause after it begins.

    Raises RequestFailed as `synthesize` does.
    """
    said = pipeline.said(request)
    samples = b"".join(said.pcm)
    ends = [*(start for start, _ in said.words[1:]), len(samples) // 2]
    words = []
    for (start, position), end in zip(said.words, ends, strict=False):
        inside = [(sample, bool(symbol)) for sample, symbol in said.phones if start <= sample < end]
        while inside and not inside[-1][1]:
            end = inside.pop()[0]
        words.append((position - 1, start / SAMPLE_RATE, end / SAMPLE_RATE))
    return Rendering(samples, SAMPLE_RATE, tuple(words), phones_of(said))


def _main() -> None:
    pipeline = create()
    said: list[Rendering | None] = []
    for request in msgspec.msgpack.decode(sys.stdin.buffer.read(), type=tuple[Request, ...]):
        try:
            said.append(spelled(pipeline, request))
        except TtsBaselineError:
            said.append(None)
    sys.stdout.buffer.write(msgspec.msgpack.encode(said))


if __name__ == "__main__":
    _main()
