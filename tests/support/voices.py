"""A synthetic voice that says phones of known length, pitch and level, and the script of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tests.support.sounds import CASE, RATE
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Phone, Utterance
from tts_baseline.core.script import Asking, ScriptSentence, ScriptWord, SpeechScript

BASE_HZ = 140.0


class Sung(NamedTuple):
    """A phone: vowels and nasals are voiced, from a pitch to a pitch; '' is a pause."""

    symbol: str
    seconds: float = 0.12
    start_st: float = 0.0
    stop_st: float | None = None
    gain: float = 1.0


def sung(phones: Sequence[Sung], rate: int = RATE) -> Utterance:
    """The phones in a voice of 140 Hz, which glides straight, in semitones, through each of them."""
    pitch, gain, told, at = [], [], [], 0
    for phone in phones:
        count = round(phone.seconds * rate)
        end = phone.start_st if phone.stop_st is None else phone.stop_st
        pitch.append(np.linspace(phone.start_st, end, count, endpoint=False))
        loud = phone.gain if phone.symbol else 0.0
        gain.append(np.full(count, loud * (1.0 if phone.symbol in "aeiou" else 0.5)))
        told.append(Phone(symbol=phone.symbol, start_s=at / rate))
        at += count
    hz = BASE_HZ * 2 ** (np.concatenate(pitch) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / rate
    voice = sum(np.sin(n * phase + n * n) / n for n in range(1, 20) if n * hz.max() < rate / 2.2)
    hum = np.random.default_rng(0).standard_normal(hz.size)
    samples = 0.1 * np.concatenate(gain) * voice + 1e-5 * hum
    return Utterance(samples=samples, sample_rate=rate, phones=tuple(told))


def written(
    *words: str, asks: Asking = "statement", region: str = "neutral", pauses: Sequence[int] = (),
    emphasis: Sequence[int] = (),
) -> SpeechScript:  # fmt: skip
    """One sentence of words such as "ca'sa-do", stressed after the '; a pause is asked for after some."""
    made = []
    for number, word in enumerate(words):
        syllables = word.split("-")
        stressed = [place for place, syllable in enumerate(syllables) if "'" in syllable]
        made.append(
            ScriptWord(
                text=word.replace("-", "").replace("'", ""),
                syllables=tuple(syllable.replace("'", "") for syllable in syllables),
                stress=stressed[0] if stressed else None,
                emphasis=int(number in emphasis),
                pause_s=0.3 if number in pauses else None,
            )
        )
    nucleus = [number for number, word in enumerate(made) if word.stress is not None][-1]
    sentence = ScriptSentence(first=0, last=len(made) - 1, asks=asks, nucleus=nucleus)
    return SpeechScript(region=region, words=tuple(made), sentences=(sentence,))


def said(utterance: Utterance, script: SpeechScript | None) -> Evidence:
    """The evidence of an utterance of a script."""
    return Evidence(case=CASE, utterances=(utterance,), script=script)
