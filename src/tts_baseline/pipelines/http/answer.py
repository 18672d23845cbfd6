"""A server's answer: its headers must not contradict the sound in its body."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from msgspec import Struct

from tts_baseline.pipelines import _sound_files
from tts_baseline.pipelines._sound_files import PCM_BITS, Wanted, check_kind
from tts_baseline.pipelines.http.media import Media, check_encoding, check_sound, check_type


class Answer(Struct, frozen=True):
    """The body of a 200, what its headers declare, and when its first byte arrived, by perf_counter.

    `text` is what they say was read out; None where they do not.
    """

    body: bytes
    media: Media = Media()
    first_byte: float = 0.0
    text: str | None = None


def decoded(
    answer: Answer, wanted: Wanted, content_type: str | None = None, secrets: Collection[str] = ()
) -> tuple[np.ndarray[Any, Any], int]:
    """The samples of an answer, (n,) float32, and their rate in Hz.

    content_type: one more Content-Type to take for the format that was asked for.

    Raises RequestFailed for an answer that is declared or begins as something else than was asked for, for
    headers that contradict the sound, and as `_sound_files.decoded` does.
    """
    check_encoding(answer.media, secrets)
    check_kind(answer.body, wanted.format, secrets)
    check_type(answer.media, wanted.format, content_type, secrets)
    if wanted.sample_rate is not None:
        check_sound(answer.media, rate=wanted.sample_rate, channels=1, bits=PCM_BITS)
    samples, rate = _sound_files.decoded(answer.body, wanted)
    check_sound(answer.media, rate=rate)
    return samples, rate
