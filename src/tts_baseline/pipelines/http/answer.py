"""Decodes a speech server's answer, or quotes it if it is no audio."""

from __future__ import annotations

import io
import json
from typing import Any, Literal

import numpy as np
import soundfile

from tts_baseline.core.errors import RequestFailed

Format = Literal["wav", "flac", "pcm"]

# libsndfile's names. A server that ignores `response_format` answers with MP3, OpenAI's default.
_FORMATS = {"wav": ("WAV", "WAVEX", "RF64"), "flac": ("FLAC",)}
_FILE_MARKS = (b"RIFF", b"fLaC", b"OggS", b"ID3")
_EXCERPT_CHARS = 200  # chosen: two lines of a terminal


def decoded(
    answer: bytes, asked: Format, rate: int | None, *, where: str, secret: str = ""
) -> tuple[np.ndarray[Any, Any], int]:
    """The samples of an answer, (n,) float32, and their rate in Hz; `rate` is given for "pcm" only.

    Integers of b bits are divided by 2**(b-1). Of equal channels the first is taken; none are mixed.

    Raises RequestFailed for an empty answer, another format than requested, and channels that differ.
    """
    if not answer:
        raise RequestFailed("the server's answer is empty", where=where)
    if rate is not None:
        if answer.startswith(_FILE_MARKS) or len(answer) % 2:
            raise RequestFailed(f"the answer is not 16-bit pcm: {excerpt(answer, secret)}", where=where)
        return np.frombuffer(answer, "<i2").astype(np.float32) / np.float32(32768), rate
    try:
        with soundfile.SoundFile(io.BytesIO(answer)) as file:
            if file.format not in _FORMATS[asked]:
                raise RequestFailed(
                    f"the server answered with {file.format}, not with the {asked} asked for", where=where
                )
            channels = file.read(dtype="float32", always_2d=True).T
            rate = int(file.samplerate)
    except soundfile.LibsndfileError as error:
        raise RequestFailed(f"the answer is not {asked}: {excerpt(answer, secret)}", where=where) from error
    if not all(np.array_equal(channels[0], other, equal_nan=True) for other in channels[1:]):
        raise RequestFailed(
            f"the answer has {len(channels)} channels that differ; a mixture would hide faults",
            where=where,
            hint="make the server answer in mono",
        )
    return np.ascontiguousarray(channels[0]), rate


def excerpt(answer: bytes, secret: str = "") -> str:
    """An answer that is no audio, on one line: its JSON error message, or its text.

    At most 200 characters; `secret` is replaced by ***.
    """
    text = answer[: 100 * _EXCERPT_CHARS].decode("utf-8", "replace")
    try:
        message = json.loads(answer)
    except (ValueError, RecursionError):
        message = None
    for name in ("error", "message", "detail"):
        if isinstance(message, dict) and message.get(name):
            message = message[name]
            text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    text = text.replace(secret, "***") if secret else text
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_EXCERPT_CHARS] or "nothing"
