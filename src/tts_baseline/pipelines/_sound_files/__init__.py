"""Decodes a sound file that came from outside, or says what it is if it is not of the format asked for."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any, Literal

import numpy as np
import soundfile

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record
from tts_baseline.pipelines._sound_files import flac, wav
from tts_baseline.pipelines._sound_files.kinds import kind, text
from tts_baseline.pipelines._sound_files.words import excerpt

Format = Literal["wav", "flac", "pcm"]
PCM_BITS = 16
_KINDS = {"wav": ("WAV", "RF64"), "flac": ("FLAC",), "pcm": ("",)}


class Wanted(Record, frozen=True, kw_only=True):
    """What was asked for: a format, and for "pcm" its rate in Hz.

    most: how many samples, of all channels together, an answer may hold.
    """

    format: Format
    sample_rate: int | None
    most: int


def check_kind(body: bytes, asked: Format, secrets: Collection[str] = ()) -> None:
    """RequestFailed for an empty answer, and for one that begins as something else than was asked for."""
    if not body:
        raise RequestFailed("the answer is empty")
    begins_as = kind(body)
    if begins_as in _KINDS[asked]:
        return
    what = f"the answer is {begins_as}, not {asked}" if begins_as else f"the answer is not {asked}"
    is_named = text(body) is None and bool(begins_as)
    raise RequestFailed(what if is_named else f"{what}: {excerpt(body, secrets)}")


def decoded(body: bytes, wanted: Wanted) -> tuple[np.ndarray[Any, Any], int]:
    """The samples of an answer, (n,) float32, and their rate in Hz.

    Integers of b bits are divided by 2**(b-1). Of equal channels the first is taken; none are mixed.

    Raises RequestFailed for a damaged file, for sizes that contradict each other, and for channels that
    differ.
    """
    if wanted.sample_rate is not None:
        return pcm(body), wanted.sample_rate
    try:
        channels, rate = (flac.samples if wanted.format == "flac" else _wav)(body, wanted.most)
    except soundfile.LibsndfileError as error:
        # libsndfile's own words: nothing of the answer is in them.
        reason = error.error_string.removeprefix("Error : ").rstrip(".")
        raise RequestFailed(f"the {wanted.format} file is damaged or cut off: {reason}") from None
    if not all(np.array_equal(channels[:, 0], other, equal_nan=True) for other in channels.T[1:]):
        raise RequestFailed(
            f"the answer has {channels.shape[1]} channels that differ; a mixture would hide faults",
            hint="make it answer in mono",
        )
    return np.ascontiguousarray(channels[:, 0]), rate


def pcm(body: bytes) -> np.ndarray[Any, Any]:
    """The samples of raw sound of 16 bits, (n,) float32; RequestFailed for half a sample."""
    if len(body) % 2:
        raise RequestFailed(f"the answer is not 16-bit pcm: it has an odd number of bytes, {len(body):,}")
    return np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768)


def _wav(body: bytes, most: int) -> tuple[np.ndarray[Any, Any], int]:
    with soundfile.SoundFile(io.BytesIO(wav.whole(body))) as file:
        if file.subtype == "MPEG_LAYER_III":
            raise RequestFailed("the answer is MP3 in a WAV file, not wav")
        if file.frames * file.channels > most:
            raise RequestFailed(f"the WAV file holds more than {most:,} samples")
        return file.read(dtype="float32", always_2d=True), int(file.samplerate)
