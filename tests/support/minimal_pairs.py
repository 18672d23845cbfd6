"""Words that differ in one sound, spoken by espeak-ng from its own phoneme names: labelled, and free."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from tts_baseline.core.records import Utterance
from tts_baseline.pipelines import espeak

_PHONEMES = 0x100  # espeakPHONEMES of espeak-ng/speak_lib.h: text in [[ ]] is phoneme names


def phonemes(names: str, voice: str = "es", pitch: int = 50) -> Utterance:
    """What espeak-ng says to phoneme names, such as "k'aSe", and its phones."""
    pipeline = espeak.create(voice=voice, pitch=pitch)
    said = espeak._Said([], [], [])
    text = f"[[{names}]]".encode()
    with pipeline._engine(voice, pipeline.rate) as engine:
        callback = espeak._Callback(espeak._recorder(said))
        engine.espeak_SetSynthCallback(callback)
        engine.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1 | _PHONEMES, None, None)
    samples = np.frombuffer(b"".join(said.pcm), np.int16) / 32768
    return Utterance(samples=samples, sample_rate=espeak.SAMPLE_RATE, phones=espeak.phones_of(said))


def louder(utterance: Utterance, factor: float) -> Utterance:
    """The utterance times a factor."""
    return replace(utterance, samples=factor * utterance.samples)
