"""The sizes that a WAV file states, against the bytes that arrived."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from tts_baseline.core.errors import RequestFailed

# A server that does not know the length yet states 0 or about 2 or 4 GiB: 0xFFFFFFFF, 0x7FFFFFFF, these less
# the header, or 0x7FFFF000 (SoX). No answer may be as long, so that none of them can be true.
_UNKNOWN_FROM = 0x7FFF_F000
_FILE_NAMES = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"data", b"fmt ")
_SAMPLE_WISE = (1, 3, 6, 7, 0xFFFE)  # PCM, float, A-law, mu-law, extensible


class _Chunk(NamedTuple):
    name: bytes
    size: int
    start: int


def whole(answer: bytes) -> bytes:
    """The WAV file with its true sizes in the header, and with nothing after its samples.

    Samples whose size is a placeholder reach to the end of the answer.

    Raises RequestFailed if the header and the bytes contradict each other: samples that are missing, cut in
    two, or followed by what is no chunk, and a second file.
    """
    order = ">" if answer.startswith(b"RIFX") else "<"
    head = {chunk.name: chunk for chunk in _up_to_samples(answer, order)}
    samples = head.get(b"data")
    if samples is None:
        raise RequestFailed(f"the WAV file ends before its samples, after {len(answer):,} bytes")
    size = _size(answer, samples, head.get(b"ds64"), order)
    layout = _layout(answer, head.get(b"fmt "), order)
    if size % layout:
        raise RequestFailed(
            f"the WAV file's {size:,} bytes of samples are not whole samples of {layout} bytes",
            hint="see whether the answer is cut off",
        )
    second = answer.find(b"WAVEfmt ", samples.start)
    if second >= 0:
        raise RequestFailed(f"a second WAV file begins {second - 8:,} bytes into the answer")
    kept = 12 if b"ds64" not in head else head[b"ds64"].start + head[b"ds64"].size
    view = memoryview(answer)
    between = view[kept : samples.start - 4]
    sound = view[samples.start : samples.start + size]
    name = b"RIFX" if order == ">" else b"RIFF"
    length = struct.pack(f"{order}I", len(between) + 8 + size)
    return b"".join((name, length, b"WAVE", between, struct.pack(f"{order}I", size), sound))


def _up_to_samples(answer: bytes, order: str) -> Iterator[_Chunk]:
    for chunk in _chunks(answer, 12, order):
        yield chunk
        if chunk.name == b"data":
            return


def _chunks(answer: bytes, at: int, order: str) -> Iterator[_Chunk]:
    while at + 8 <= len(answer):
        name, size = struct.unpack_from(f"{order}4sI", answer, at)
        yield _Chunk(name, size, at + 8)
        at += 8 + size + size % 2


def _size(answer: bytes, samples: _Chunk, wide: _Chunk | None, order: str) -> int:
    """The bytes of samples: those stated, or all that arrived if none are."""
    stated, arrived = samples.size, len(answer) - samples.start
    (file_size,) = struct.unpack_from(f"{order}I", answer, 4)
    if wide is not None and len(answer) >= wide.start + 16 and stated == 0xFFFF_FFFF:
        file_size, stated = struct.unpack_from("<QQ", answer, wide.start)
    end = samples.start + stated
    if stated >= _UNKNOWN_FROM or (stated == 0 and not _are_chunks(answer, end, order)):
        is_unknown = file_size >= _UNKNOWN_FROM or file_size in (0, samples.start - 8)
        if not is_unknown and abs(file_size + 8 - len(answer)) > 1:
            raise RequestFailed(
                f"the WAV header states a file of {file_size + 8:,} bytes, and {len(answer):,} arrived"
            )
        return arrived
    if stated > arrived:
        raise RequestFailed(
            f"the WAV header states {stated:,} bytes of samples, and {arrived:,} arrived: "
            "the answer is cut off"
        )
    if not any(_are_chunks(answer, end + padding, order) for padding in {0, stated % 2}):
        raise RequestFailed(
            f"the WAV header states {stated:,} bytes of samples, and {arrived:,} arrived: "
            "what follows the samples is no part of a WAV file"
        )
    return stated


def _are_chunks(answer: bytes, at: int, order: str) -> bool:
    """Whether whole chunks, and no second file, fill the answer from here to its end."""
    for chunk in _chunks(answer, at, order):
        if chunk.name in _FILE_NAMES or not all(0x20 <= byte < 0x7F for byte in chunk.name):
            return False
        at = chunk.start + chunk.size
    return at == len(answer) or (at == len(answer) - 1 and answer[at] == 0)


def _layout(answer: bytes, form: _Chunk | None, order: str) -> int:
    """The bytes of a sample of all channels; 1 for codecs that have none."""
    if form is None or form.size < 16 or len(answer) < form.start + 16:
        return 1
    codec, align = struct.unpack_from(f"{order}H10xH", answer, form.start)
    return max(align, 1) if codec in _SAMPLE_WISE else 1
