"""Decodes a speech server's answer, or says what it is if it is no sound of the format asked for."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

import numpy as np
import soundfile
from msgspec import Struct

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.http import flac, wav
from tts_baseline.pipelines.http.kinds import kind, text
from tts_baseline.pipelines.http.media import Format, Media, check_encoding, check_sound, check_type
from tts_baseline.pipelines.http.words import excerpt

_KINDS = {"wav": ("WAV", "RF64"), "flac": ("FLAC",), "pcm": ("",)}
_PCM_BITS = 16


class Answer(Struct, frozen=True):
    """The body of a 200, what its headers declare, and when its first byte arrived, by perf_counter.

    `text` is what they say was read out; None where they do not.
    """

    body: bytes
    media: Media = Media()
    first_byte: float = 0.0
    text: str | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """What was asked for: a format, for "pcm" its rate in Hz, and one more Content-Type to take for it.

    most: how many samples, of all channels together, an answer may hold.
    """

    format: Format
    sample_rate: int | None
    content_type: str | None
    most: int


def decoded(
    answer: Answer, wanted: Wanted, secrets: Collection[str] = ()
) -> tuple[np.ndarray[Any, Any], int]:
    """The samples of an answer, (n,) float32, and their rate in Hz.

    Integers of b bits are divided by 2**(b-1). Of equal channels the first is taken; none are mixed.

    Raises RequestFailed for an empty answer, for one that is declared or begins as something else than was
    asked for, for sizes and rates that contradict each other, and for channels that differ.
    """
    if not answer.body:
        raise RequestFailed("the server's answer is empty")
    check_encoding(answer.media, secrets)
    _check_kind(answer.body, wanted.format, secrets)
    check_type(answer.media, wanted.format, wanted.content_type, secrets)
    if wanted.sample_rate is not None:
        check_sound(answer.media, rate=wanted.sample_rate, channels=1, bits=_PCM_BITS)
        return _pcm(answer.body), wanted.sample_rate
    try:
        channels, rate = (flac.samples if wanted.format == "flac" else _wav)(answer.body, wanted.most)
    except soundfile.LibsndfileError as error:
        # libsndfile's own words: nothing of the server's is in them.
        reason = error.error_string.removeprefix("Error : ").rstrip(".")
        raise RequestFailed(f"the {wanted.format} file is damaged or cut off: {reason}") from None
    check_sound(answer.media, rate=rate)
    if not all(np.array_equal(channels[:, 0], other, equal_nan=True) for other in channels.T[1:]):
        raise RequestFailed(
            f"the answer has {channels.shape[1]} channels that differ; a mixture would hide faults",
            hint="make the server answer in mono",
        )
    return np.ascontiguousarray(channels[:, 0]), rate


def _check_kind(body: bytes, asked: Format, secrets: Collection[str]) -> None:
    begins_as = kind(body)
    if begins_as in _KINDS[asked]:
        return
    if text(body) is None and begins_as:
        raise RequestFailed(f"the server answered with {begins_as}, not with the {asked} asked for")
    what = f"{begins_as}, not {asked}" if begins_as else f"not {asked}"
    raise RequestFailed(f"the answer is {what}: {excerpt(body, secrets)}")


def _pcm(body: bytes) -> np.ndarray[Any, Any]:
    if len(body) % 2:
        raise RequestFailed(f"the answer is not 16-bit pcm: it has an odd number of bytes, {len(body):,}")
    return np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768)


def _wav(body: bytes, most: int) -> tuple[np.ndarray[Any, Any], int]:
    with soundfile.SoundFile(io.BytesIO(wav.whole(body))) as file:
        if file.subtype == "MPEG_LAYER_III":
            raise RequestFailed("the server answered with MP3 in a WAV file, not with the wav asked for")
        if file.frames * file.channels > most:
            raise RequestFailed(f"the WAV file holds more than {most:,} samples")
        return file.read(dtype="float32", always_2d=True), int(file.samplerate)
