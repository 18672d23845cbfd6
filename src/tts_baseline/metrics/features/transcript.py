"""What a speech recogniser hears in a sound, word by word."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

from tts_baseline.core.errors import MissingExtra, SettingsError, brief
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled
from tts_baseline.metrics.features.word_times import TimedWord

_RATE = 16_000  # Whisper's
_BEAM = 5  # research/quality.md 2(e): with it and temperature 0 it hears the same every time


class HeardText(NamedTuple):
    """What was heard, as the recogniser spells it, and each of its words with its seconds."""

    text: str
    words: tuple[TimedWord, ...]


@feature
def transcript(sound: Sound, model: str) -> HeardText:
    """What a Whisper of faster-whisper (a folder, or a name of its hub) hears, as Spanish.

    Beam 5, temperature 0, no conditioning on what it heard before: the same sound is heard the same. Raises
    MissingExtra without faster-whisper, SettingsError where the model cannot be loaded.
    """
    import numpy as np

    samples = np.ascontiguousarray(resampled(sound, _RATE), dtype=np.float32)
    segments, _ = _whisper(model).transcribe(
        samples,
        language="es",
        beam_size=_BEAM,
        temperature=0.0,
        condition_on_previous_text=False,
        word_timestamps=True,
    )
    words = []
    text = ""
    for segment in segments:
        text += segment.text
        words += [
            TimedWord(word.word.strip(), float(word.start), float(word.end))
            for word in segment.words or ()
            if math.isfinite(word.start) and math.isfinite(word.end)
        ]
    return HeardText(text.strip(), tuple(words))


@functools.lru_cache(maxsize=1)
def _whisper(model: str) -> Any:
    """The recogniser, loaded once a process; of one thread, for there are as many processes as cores."""
    try:
        from faster_whisper import WhisperModel
    except ImportError as missing:
        raise MissingExtra("recognising words needs faster-whisper", extra="asr") from missing
    try:
        return WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=1)
    except Exception as error:
        raise SettingsError(
            f"the recogniser cannot be loaded: {brief(error)}",
            where=f"ears.asr = {model!r}",
            hint='ears.asr = "base", or the folder of a Whisper that CTranslate2 reads',
        ) from error
