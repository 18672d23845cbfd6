"""The samples that a FLAC file states, against those that it holds."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile

from tts_baseline.core.errors import RequestFailed

_BLOCK = 1 << 16
# STREAMINFO is a file's first block: the lower 36 bits of its bytes 18 to 25 count the samples of a channel.
# RFC 9639, 8.2.
_COUNT = slice(18, 26)
_COUNT_MASK = (1 << 36) - 1


class _Forward(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A file that is read from its start to its end: without a count, the decoder finds no position in it."""

    def seekable(self) -> bool:
        return False


def samples(answer: bytes, most: int) -> tuple[np.ndarray[Any, Any], int]:
    """All samples up to the end of the answer, (n, channels) float32, and their rate in Hz.

    A header that states no count is a placeholder.

    Raises RequestFailed for more than `most` samples of all channels, and for a count that is not true;
    soundfile.LibsndfileError for what is no FLAC.
    """
    described = int.from_bytes(answer[_COUNT], "big")
    stated = described & _COUNT_MASK
    # Without a count, the decoder goes on to the end, whatever the header says.
    endless = answer[:18] + (described - stated).to_bytes(8, "big") + answer[26:]
    blocks = []
    count = 0
    with _Forward(io.BytesIO(endless)) as file:
        while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
            blocks.append(block)
            count += len(block)
            if count * file.channels > most:
                raise RequestFailed(f"the FLAC file holds more than {most:,} samples")
        rate = int(file.samplerate)
        if stated and stated != count:
            raise RequestFailed(f"the FLAC header states {stated:,} samples, and the file holds {count:,}")
        return np.concatenate(blocks or [np.empty((0, file.channels), np.float32)]), rate
